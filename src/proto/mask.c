/* Owns masks. */
#include "proto/mask.h"

#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/mask_text.h"
#include "proto/unicode.h"

static bool is_escaped(const char *pattern)
{
	return pattern[0] == '\\' && (pattern[1] == '*' || pattern[1] == '?');
}

static bool match(enum casemap casemap, const char *pattern, const char *bytes)
{
	struct mask_text text;
	bool is_match;

	mask_text_init(&text, casemap, bytes);
	is_match = mask_text_matches(&text, pattern);
	mask_text_done(&text);
	return is_match;
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

/* A network of addresses has one spelling. */
static void put_host(struct buffer *out, const char *host)
{
	char text[ADDRESS_TEXT_BYTES];
	struct address network;

	if (!address_parse_network(host, &network)) {
		put_part(out, host, strlen(host));
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

	put_part(&mask, given, nick_length);
	buffer_put_byte(&mask, '!');
	put_part(&mask, user, at ? (size_t) (at - user) : host == given ? 0 : strlen(user));
	buffer_put_byte(&mask, '@');
	put_host(&mask, host);
	/* A colon in front would end the parameters of a line that shows the mask. */
	if (mask.length > max_bytes || mask.bytes[0] == ':') {
		buffer_done(&mask);
		return false;
	}
	*ret_mask = buffer_take(&mask);
	return true;
}
