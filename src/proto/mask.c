/* Owns masks. */
#include "proto/mask.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/unicode.h"

#define CHARACTER_BYTES 4

static bool is_escaped(const char *pattern)
{
	return pattern[0] == '\\' && (pattern[1] == '*' || pattern[1] == '?');
}

/* A byte that belongs to no UTF-8 character is one. */
static size_t character_length(const char *text)
{
	size_t length;

	if (!((unsigned char) *text & 0x80))
		return 1;
	length = text_utf8_character(text, strnlen(text, CHARACTER_BYTES));
	return length ? length : 1;
}

/* How much of the pattern matches the character, which is that long; 0: it begins with something
 * else. Characters match as a whole: else what a star may leave to the rest would depend on how
 * the text was divided before. */
static size_t element_matches(
	enum casemap casemap, const char *pattern, const char *text, size_t length)
{
	if (is_escaped(pattern))
		return pattern[1] == *text ? 2 : 0;
	if (*pattern == '?')
		return 1;
	if (length > 1)
		return strncmp(pattern, text, length) == 0 ? length : 0;
	return *pattern && casemap_lower(casemap, *pattern) == casemap_lower(casemap, *text);
}

/* Most masks have a plain end, and most texts another: of many masks, few get any further. */
static bool ends_differently(enum casemap casemap, const char *pattern, const char *text)
{
	size_t n_pattern = strlen(pattern), n_text = strlen(text);

	while (n_pattern && pattern[n_pattern - 1] != '*' && pattern[n_pattern - 1] != '?') {
		if (!n_text || casemap_lower(casemap, pattern[n_pattern - 1]) !=
				       casemap_lower(casemap, text[n_text - 1]))
			return true;
		n_pattern--;
		n_text--;
	}
	return false;
}

/* Greedy with one point of return: only the last star ever needs another try, so more stars
 * mean no more work. At worst each byte of the text is held against each of the part between
 * two stars. */
static bool match(enum casemap casemap, const char *pattern, const char *text)
{
	const char *after_star = NULL, *retry = NULL;

	if (ends_differently(casemap, pattern, text))
		return false;
	while (*text) {
		size_t length = character_length(text), matched;

		if (*pattern == '*') {
			after_star = ++pattern;
			retry = text;
		} else if ((matched = element_matches(casemap, pattern, text, length))) {
			text += length;
			pattern += matched;
		} else if (after_star) {
			pattern = after_star;
			retry += character_length(retry);
			text = retry;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

bool mask_match(const char *pattern, const char *text)
{
	return match(CASEMAP_ASCII, pattern, text);
}

bool mask_match_folded(enum casemap casemap, const char *pattern, const char *folded)
{
	size_t length = strlen(pattern);
	CLEANUP(mem_freep) char *own = NULL;

	if (casemap == CASEMAP_UTF8 && text_ascii_length(pattern, length) < length)
		own = unicode_fold(pattern);
	return match(casemap, own ? own : pattern, folded);
}

/* A backslash that escapes is no letter, as RFC 1459 would have it. */
static bool same_bytes(enum casemap casemap, const char *a, const char *b)
{
	for (; *a && *b; a++, b++) {
		bool is_escape = is_escaped(a) || is_escaped(b);

		if (is_escape ? *a != *b : casemap_lower(casemap, *a) != casemap_lower(casemap, *b))
			return false;
	}
	return *a == *b;
}

bool mask_equals(enum casemap casemap, const char *a, const char *b)
{
	if (same_bytes(casemap, a, b))
		return true;
	return casemap == CASEMAP_UTF8 && casemap_equals(casemap, a, b);
}

bool mask_match_name(enum casemap casemap, const char *pattern, const char *name)
{
	char folded[CASEMAP_KEY_BYTES];

	casemap_fold_into(casemap, folded, name);
	return mask_match_folded(casemap, pattern, folded);
}

bool mask_is_clean(const char *text)
{
	for (; *text; text++)
		if ((unsigned char) *text <= ' ' || *text == 0x7f)
			return false;
	return true;
}

static void put_part(struct buffer *out, const char *part, size_t length)
{
	if (length)
		buffer_put(out, part, length);
	else
		buffer_put_byte(out, '*');
}

bool mask_complete(const char *given, size_t max_bytes, char **ret_mask)
{
	const char *bang = strchr(given, '!'), *at = strrchr(given, '@');
	const char *user, *host;
	size_t nick_length;
	struct buffer mask = { 0 };

	/* Separators alone would match everybody. */
	if (!given[strspn(given, "!@")] || !mask_is_clean(given) || strlen(given) > max_bytes)
		return false;
	if (bang && at && at < bang)
		return false;
	if (!bang && !at && (strchr(given, '.') || strchr(given, ':')))
		host = given, user = given, nick_length = 0;
	else {
		nick_length = bang ? (size_t) (bang - given) : at ? 0 : strlen(given);
		user = bang ? bang + 1 : at ? given : given + nick_length;
		host = at ? at + 1 : given + strlen(given);
	}

	put_part(&mask, given, nick_length);
	buffer_put_byte(&mask, '!');
	put_part(&mask, user, at ? (size_t) (at - user) : host == given ? 0 : strlen(user));
	buffer_put_byte(&mask, '@');
	put_part(&mask, host, strlen(host));
	/* A colon in front would end the parameters of a line that shows the mask. */
	if (mask.length > max_bytes || mask.bytes[0] == ':') {
		buffer_done(&mask);
		return false;
	}
	*ret_mask = buffer_take(&mask);
	return true;
}
