/* Owns masks. */
#include "proto/mask.h"

#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/mask_index.h"
#include "proto/unicode.h"

#define MOST_WASTED 48 /* steps; about the cost of an index */

/* The length of the pattern's part that matches the character of that length; 0: no match.
 * Characters match as a whole, so that a star never ends inside one. */
static size_t element_matches(
	enum casemap casemap, const char *pattern, const char *text, size_t length)
{
	if (mask_is_escaped(pattern))
		return pattern[1] == *text ? 2 : 0;
	if (*pattern == '?')
		return 1;
	if (length > 1)
		return strncmp(pattern, text, length) == 0 ? length : 0;
	return *pattern && mask_lower(casemap, *pattern) == mask_lower(casemap, *text);
}

/* Most masks end in plain text that differs from the end of most texts, so this cheap test rules
 * out most masks. */
static bool ends_differently(enum casemap casemap, const char *pattern, const char *text)
{
	size_t n_pattern = strlen(pattern), n_text = strlen(text);

	while (n_pattern && pattern[n_pattern - 1] != '*' && pattern[n_pattern - 1] != '?') {
		if (!n_text || mask_lower(casemap, pattern[n_pattern - 1]) !=
				       mask_lower(casemap, text[n_text - 1]))
			return true;
		n_pattern--;
		n_text--;
	}
	return false;
}

enum verdict {
	VERDICT_DIFFERS,
	VERDICT_MATCHES,
	VERDICT_OPEN, /* undecided after MOST_WASTED steps */
};

/* Greedy with one point to return to: only the last star ever needs another try. */
static enum verdict try_pattern(enum casemap casemap, const char *pattern, const char *text)
{
	const char *after_star = NULL, *retry = NULL;
	int n_wasted = 0; /* characters that are compared again */

	while (*text) {
		size_t length = mask_character_length(text), matched;

		if (*pattern == '*') {
			after_star = ++pattern;
			retry = text;
		} else if ((matched = element_matches(casemap, pattern, text, length))) {
			text += length;
			pattern += matched;
		} else if (after_star) {
			n_wasted += (int) (text - retry);
			if (n_wasted > MOST_WASTED)
				return VERDICT_OPEN;
			pattern = after_star;
			retry += mask_character_length(retry);
			text = retry;
		} else {
			return VERDICT_DIFFERS;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern ? VERDICT_DIFFERS : VERDICT_MATCHES;
}

bool mask_match_indexed(
	enum casemap casemap, const char *pattern, const char *folded, struct mask_index **index)
{
	enum verdict verdict;

	if (ends_differently(casemap, pattern, folded))
		return false;
	verdict = try_pattern(casemap, pattern, folded);
	if (verdict != VERDICT_OPEN)
		return verdict == VERDICT_MATCHES;
	if (*index && mask_index_casemap(*index) != casemap)
		mask_index_free(TAKE(*index));
	if (!*index)
		*index = mask_index_new(casemap, folded);
	return mask_index_matches(*index, pattern);
}

static bool match_folded(enum casemap casemap, const char *pattern, const char *text)
{
	struct mask_index *index = NULL;
	bool is_match = mask_match_indexed(casemap, pattern, text, &index);

	mask_index_free(index);
	return is_match;
}

bool mask_match(const char *pattern, const char *text)
{
	return match_folded(CASEMAP_ASCII, pattern, text);
}

char *mask_fold(const char *pattern)
{
	size_t length = strlen(pattern);

	return text_ascii_length(pattern, length) < length ? unicode_fold(pattern) : NULL;
}

bool mask_match_folded(enum casemap casemap, const char *pattern, const char *folded)
{
	CLEANUP(mem_freep) char *own = casemap == CASEMAP_UTF8 ? mask_fold(pattern) : NULL;

	return match_folded(casemap, own ? own : pattern, folded);
}

/* An escaping backslash is not folded, although it is a letter in rfc1459. */
static bool same_bytes(enum casemap casemap, const char *a, const char *b)
{
	for (; *a && *b; a++, b++) {
		bool is_escape = mask_is_escaped(a) || mask_is_escaped(b);

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

static void put_mask_part(struct buffer *out, const char *part, size_t length)
{
	if (length)
		buffer_put(out, part, length);
	else
		buffer_put_byte(out, '*');
}

/* A network of addresses has one spelling. */
static void put_host(struct buffer *out, const char *host)
{
	char text[ADDRESS_TEXT_BYTES];
	struct address network;

	if (!address_parse_network(host, &network)) {
		put_mask_part(out, host, strlen(host));
		return;
	}
	address_format_network(&network, text);
	buffer_put_text(out, text);
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
	if (address_is_broken_network(host))
		return false;

	put_mask_part(&mask, given, nick_length);
	buffer_put_byte(&mask, '!');
	put_mask_part(&mask, user, at ? (size_t) (at - user) : host == given ? 0 : strlen(user));
	buffer_put_byte(&mask, '@');
	put_host(&mask, host);
	/* A leading colon would end the parameters of a line with the mask. */
	if (mask.length > max_bytes || mask.bytes[0] == ':') {
		buffer_done(&mask);
		return false;
	}
	*ret_mask = buffer_take(&mask);
	return true;
}
