/* Owns the syntax of the masks of bans. */
#include "proto/ban_mask.h"

#include <string.h>

#include "base/address.h"
#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/mask.h"
#include "proto/name_syntax.h"

#define MASK_BYTES 200
#define CLEAR_BYTES 3
#define IPV4_BITS 8
#define IPV6_BITS 16

static const struct {
	const char *command;
	enum ban_kind kind;
} commands[] = {
	{ "kline", BAN_KIND_USER },
	{ "dline", BAN_KIND_ADDRESS },
	{ "resv", BAN_KIND_NICK },
	{ "xline", BAN_KIND_REALNAME },
	{ "shun", BAN_KIND_MUTE },
	{ "eline", BAN_KIND_EXEMPT },
};

enum ban_kind ban_kind_of_name(const char *mask)
{
	return channel_name_looks_like_one(mask) ? BAN_KIND_CHANNEL : BAN_KIND_NICK;
}

const char *ban_command_at(size_t index)
{
	return index < ARRAY_LENGTH(commands) ? commands[index].command : NULL;
}

bool ban_kind_of_command(const char *command, const char *mask, enum ban_kind *ret_kind)
{
	for (size_t i = 0; i < ARRAY_LENGTH(commands); i++) {
		enum ban_kind kind = commands[i].kind;

		if (strcmp(commands[i].command, command) != 0)
			continue;
		*ret_kind = kind == BAN_KIND_NICK ? ban_kind_of_name(mask) : kind;
		return true;
	}
	return false;
}

bool ban_kind_has_host(enum ban_kind kind)
{
	return kind == BAN_KIND_USER || kind == BAN_KIND_MUTE || kind == BAN_KIND_EXEMPT;
}

static bool is_clean_ban_text(const char *text)
{
	return *text && *text != ':' && strlen(text) <= MASK_BYTES && mask_is_clean(text);
}

static char *complete_address(const char *given)
{
	char text[ADDRESS_TEXT_BYTES];
	struct address range;

	if (!address_parse_network(given, &range))
		return NULL;
	address_format_network(&range, text);
	return mem_text(text);
}

/* A host without a user matches all users: *@host. */
static char *complete_user(const char *given)
{
	const char *at = strrchr(given, '@'), *host = at ? at + 1 : given;
	size_t name_length = at ? (size_t) (at - given) : 0;
	struct buffer mask = { 0 };
	char text[ADDRESS_TEXT_BYTES];
	struct address range;
	bool is_range = address_parse_network(host, &range);

	if (!*host || strchr(given, '!') || (strchr(host, '/') && !is_range) ||
		memchr(given, '@', name_length))
		return NULL;
	buffer_put(&mask, name_length ? given : "*", name_length ? name_length : 1);
	buffer_put_byte(&mask, '@');
	if (is_range)
		address_format_network(&range, text);
	buffer_put_text(&mask, is_range ? text : host);
	if (is_clean_ban_text(mask.bytes))
		return buffer_take(&mask);
	buffer_done(&mask);
	return NULL;
}

char *ban_mask_complete(enum ban_kind kind, const char *given)
{
	switch (kind) {
	case BAN_KIND_USER:
	case BAN_KIND_MUTE:
	case BAN_KIND_EXEMPT:
		return complete_user(given);
	case BAN_KIND_ADDRESS:
		return complete_address(given);
	case BAN_KIND_NICK:
		return is_clean_ban_text(given) && !channel_name_looks_like_one(given)
			       ? mem_text(given)
			       : NULL;
	case BAN_KIND_CHANNEL:
		return is_clean_ban_text(given) && channel_name_looks_like_one(given)
			       ? mem_text(given)
			       : NULL;
	case BAN_KIND_REALNAME:
		return is_clean_ban_text(given) ? mem_text(given) : NULL;
	}
	return NULL;
}

/* Does the mask have enough characters besides wildcards and separators? */
static bool says_enough(const char *mask)
{
	size_t n_clear = 0;

	if (!strpbrk(mask, "*?"))
		return true;
	for (; *mask; mask++)
		n_clear += strchr("*?@.:#", *mask) == NULL;
	return n_clear >= CLEAR_BYTES;
}

bool ban_mask_is_too_wide(enum ban_kind kind, const char *mask)
{
	bool has_host = ban_kind_has_host(kind);
	const char *host = has_host ? strrchr(mask, '@') + 1 : mask;
	struct address range;

	if ((has_host || kind == BAN_KIND_ADDRESS) && address_parse_network(host, &range))
		return range.prefix < (range.family == ADDRESS_FAMILY_IPV4 ? IPV4_BITS : IPV6_BITS);
	return !says_enough(mask);
}
