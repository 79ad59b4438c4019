/* Owns the folding of nicknames and channel names. */
#include "proto/casemap.h"

#include <assert.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/unicode.h"

static const struct casemap_row rows[] = {
	[CASEMAP_ASCII] = { "ascii", "ascii" },
	[CASEMAP_RFC1459] = { "rfc1459", "rfc1459" },
	[CASEMAP_UTF8] = { "utf8", "ascii" },
};
static_assert(ARRAY_LENGTH(rows) == CASEMAPS, "each mapping has a row, and CASEMAPS counts it");

const struct casemap_row *casemap_row(enum casemap casemap)
{
	return &rows[casemap];
}

bool casemap_find(const char *name, enum casemap *ret_casemap)
{
	for (size_t i = 0; i < CASEMAPS; i++) {
		if (strcmp(rows[i].name, name) != 0)
			continue;
		*ret_casemap = (enum casemap) i;
		return true;
	}
	return false;
}

/* RFC 2812 2.2: these bytes are letters on a Finnish keyboard. */
char casemap_lower(enum casemap casemap, char byte)
{
	static const char upper[] = "[]\\~", lower[] = "{}|^";
	const char *found = byte && casemap == CASEMAP_RFC1459 ? strchr(upper, byte) : NULL;

	return found ? lower[found - upper] : text_lower(byte);
}

static bool needs_unicode(enum casemap casemap, const char *name)
{
	size_t length;

	if (casemap != CASEMAP_UTF8)
		return false;
	length = strlen(name);
	return text_ascii_length(name, length) < length;
}

void casemap_fold_into(enum casemap casemap, char key[CASEMAP_KEY_BYTES], const char *name)
{
	CLEANUP(mem_freep)
	char *folded = needs_unicode(casemap, name) ? unicode_fold(name) : NULL;
	size_t length = 0;

	if (folded) {
		text_copy(key, CASEMAP_KEY_BYTES, folded);
		return;
	}
	for (; name[length] && length < CASEMAP_KEY_BYTES - 1; length++)
		key[length] = casemap_lower(casemap, name[length]);
	key[length] = '\0';
}

char *casemap_fold(enum casemap casemap, const char *name)
{
	char key[CASEMAP_KEY_BYTES];

	casemap_fold_into(casemap, key, name);
	return mem_text(key);
}

bool casemap_equals(enum casemap casemap, const char *a, const char *b)
{
	char key_a[CASEMAP_KEY_BYTES], key_b[CASEMAP_KEY_BYTES];

	casemap_fold_into(casemap, key_a, a);
	casemap_fold_into(casemap, key_b, b);
	return strcmp(key_a, key_b) == 0;
}

char *casemap_skeleton(enum casemap casemap, const char *nick)
{
	char *skeleton;

	if (casemap != CASEMAP_UTF8)
		return NULL;
	/* No two ASCII characters look alike: see unicode.h. */
	skeleton = needs_unicode(casemap, nick) ? unicode_skeleton(nick) : NULL;
	return skeleton ? skeleton : casemap_fold(casemap, nick);
}
