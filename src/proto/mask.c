/* Owns masks. */
#include "proto/mask.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"

/* One element of a pattern: is it a star, and does its byte match? */
static bool is_escaped(const char *pattern)
{
	return pattern[0] == '\\' && (pattern[1] == '*' || pattern[1] == '?');
}

static bool element_matches(const char *pattern, char byte)
{
	if (is_escaped(pattern))
		return pattern[1] == byte;
	return *pattern == '?' || text_lower(*pattern) == text_lower(byte);
}

/* Greedy with one point of return: only the last star ever needs another try, so more stars
 * mean no more work. At worst each byte of the text is held against each of the part between
 * two stars. */
bool mask_match(const char *pattern, const char *text)
{
	const char *after_star = NULL, *retry = NULL;

	while (*text) {
		if (*pattern == '*') {
			after_star = ++pattern;
			retry = text;
		} else if (*pattern && element_matches(pattern, *text)) {
			pattern += is_escaped(pattern) ? 2 : 1;
			text++;
		} else if (after_star) {
			pattern = after_star;
			text = ++retry;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

static bool is_clean(const char *text)
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
	if (!given[strspn(given, "!@")] || !is_clean(given) || strlen(given) > max_bytes)
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
