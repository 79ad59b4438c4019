/* Any bytes as a name: a valid name can be found again in each of its forms, and contains nothing
 * that could end a line or a word. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "proto/casemap.h"
#include "proto/mask.h"
#include "proto/name_syntax.h"
#include "proto/unicode.h"

#define NAME_BYTES 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_same(enum casemap casemap, const char *name, const char *form)
{
	assert(casemap_equals(casemap, name, form));
}

static void check_forms(enum casemap casemap, const char *name)
{
	char *again = name_normalise(casemap, name), *folded = casemap_fold(casemap, name);

	assert(strcmp(again, name) == 0);
	assert(*folded && strlen(folded) < CASEMAP_KEY_BYTES - 1);
	check_same(casemap, name, folded);
	free(again);
	free(folded);
}

static void check_taken(enum casemap casemap, const char *name)
{
	char *skeleton = casemap == CASEMAP_UTF8 ? unicode_skeleton(name) : NULL;

	assert(strlen(name) <= NAME_BYTES);
	assert(!strpbrk(name, " ,\r\n\x07\x7f"));
	assert(casemap != CASEMAP_UTF8 || text_is_utf8(name, strlen(name)));
	if (!strchr(name, '\\'))
		assert(mask_match_name(casemap, name, name));
	check_forms(casemap, name);
	free(skeleton);
}

static void check_name(enum casemap casemap, const char *given)
{
	char *name = name_normalise(casemap, given);

	if (nick_is_valid(casemap, name, NAME_BYTES)) {
		assert(!strpbrk(name, "!@*?#:.$"));
		check_taken(casemap, name);
	}
	if (channel_name_is_valid(casemap, name, NAME_BYTES)) {
		assert(unicode_is_visible(name));
		check_taken(casemap, name);
	}
	free(name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *given = mem_text_n((const char *) data, size);

	for (int i = 0; i < CASEMAPS; i++)
		check_name((enum casemap) i, given);
	free(given);
	return 0;
}
