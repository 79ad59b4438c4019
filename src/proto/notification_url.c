/* Owns irc:// URLs, in the form of irkerd(8): a channel without a # gets one, and the key may
 * follow as ?key or ?key=key. The # may be written as it is, or as %23. */
#include "proto/notification_url.h"

#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/hex.h"
#include "base/text.h"

#define HEX_DIGITS "0123456789abcdefABCDEF"
#define NICK_SUFFIX ",isnick"

/* The part behind irc:// or ircs://; NULL: another scheme, or none. */
static const char *skip_scheme(const char *url)
{
	static const char *const schemes[] = { "irc://", "ircs://" };

	for (size_t i = 0; i < ARRAY_LENGTH(schemes); i++)
		if (strncasecmp(url, schemes[i], strlen(schemes[i])) == 0)
			return url + strlen(schemes[i]);
	return NULL;
}

/* Else a percent sign stands for itself, and so it does in %00, which would end the name. */
static bool is_percent_escape(const char *at)
{
	return *at == '%' && strspn(at + 1, HEX_DIGITS) >= 2 && strncmp(at + 1, "00", 2) != 0;
}

/* In place. RFC 3986 2.1. */
static void decode_percents(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++) {
		if (!is_percent_escape(from)) {
			*to++ = *from;
			continue;
		}
		*to++ = (char) (hex_digit(from[1]) << 4 | hex_digit(from[2]));
		from += 2;
	}
	*to = '\0';
}

static bool names_user(const char *name)
{
	size_t length = strlen(name), suffix = strlen(NICK_SUFFIX);

	return length >= suffix && strcasecmp(name + length - suffix, NICK_SUFFIX) == 0;
}

static bool check_target(struct notification_draft *draft, const char *name)
{
	if (!text_is_utf8(name, strlen(name)))
		return notification_draft_refuse(draft, "the channel of a URL is not UTF-8");
	if (names_user(name))
		return notification_draft_refuse(
			draft, "a URL with \"" NICK_SUFFIX "\": only channels can be notified");
	return notification_draft_check_channel(draft, name);
}

/* irkerhook(1) splits a list at commas, so that blanks may be left around a URL. */
static size_t trimmed_length(const char *text, size_t length)
{
	while (length && text[length - 1] == ' ')
		length--;
	return length;
}

bool notification_url_channel(
	struct notification_draft *draft, const char *url, const char **ret_channel)
{
	const char *path = skip_scheme(url + strspn(url, " "));
	char *name;

	if (!path)
		return notification_draft_refuse(
			draft, "\"to\" needs a URL such as \"irc://localhost/channel\"");
	path += strcspn(path, "/?#");
	path += strspn(path, "/");

	/* Stored with the byte in front, which a # may replace. */
	name = notification_draft_store(
		draft, path - 1, trimmed_length(path, strcspn(path, "?")) + 1);
	*name++ = '#';
	decode_percents(name);
	if (!*name)
		return notification_draft_refuse(draft, "the URL in \"to\" names no channel");
	if (!strchr("#&+", *name))
		name--;
	if (!check_target(draft, name))
		return false;
	*ret_channel = name;
	return true;
}
