/* Owns what operators write as masks of bans. */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "proto/mask.h"
#include "proto/names.h"
#include "world/bans.h"

#define MASK_BYTES 200
#define CLEAR_BYTES 3
#define IPV4_BITS 8
#define IPV6_BITS 16

/* "192.0.2.77/24" is 192.0.2.0/24. */
static bool parse_network(const char *text, struct address *ret_range)
{
	char host[ADDRESS_TEXT_BYTES];
	const char *slash = strchr(text, '/');
	uint64_t prefix;
	struct address address;

	if (!slash)
		return address_parse_range(text, ret_range);
	if ((size_t) (slash - text) >= sizeof(host) || !text_parse_u64(slash + 1, &prefix))
		return false;
	text_copy(host, (size_t) (slash - text) + 1, text);
	if (!address_parse_range(host, &address) || prefix > address.prefix)
		return false;
	*ret_range = address_network(&address, (uint8_t) prefix);
	return true;
}

bool ban_range_of(const char *host, struct address *ret_range)
{
	return parse_network(host, ret_range) && (ret_range->family == ADDRESS_FAMILY_IPV4 ||
							 ret_range->family == ADDRESS_FAMILY_IPV6);
}

/* A colon in front would end the parameters of a line. */
static void put_range(const struct address *range, struct buffer *out)
{
	char text[ADDRESS_TEXT_BYTES];

	address_format(range, text);
	buffer_format(out, "%s%s", text[0] == ':' ? "0" : "", text);
	if (range->prefix < (range->family == ADDRESS_FAMILY_IPV4 ? 32 : 128))
		buffer_format(out, "/%u", range->prefix);
}

static bool is_clean(const char *text)
{
	return *text && *text != ':' && strlen(text) <= MASK_BYTES && mask_is_clean(text);
}

static char *complete_address(const char *given)
{
	struct buffer mask = { 0 };
	struct address range;

	if (!ban_range_of(given, &range))
		return NULL;
	put_range(&range, &mask);
	return buffer_take(&mask);
}

/* A host alone is anybody's there. */
static char *complete_user(const char *given)
{
	const char *at = strrchr(given, '@'), *host = at ? at + 1 : given;
	size_t name_length = at ? (size_t) (at - given) : 0;
	struct buffer mask = { 0 };
	struct address range;
	bool is_range = ban_range_of(host, &range);

	if (!*host || strchr(given, '!') || (strchr(host, '/') && !is_range) ||
		memchr(given, '@', name_length))
		return NULL;
	buffer_put(&mask, name_length ? given : "*", name_length ? name_length : 1);
	buffer_put_byte(&mask, '@');
	if (is_range)
		put_range(&range, &mask);
	else
		buffer_put_text(&mask, host);
	if (is_clean(mask.bytes))
		return buffer_take(&mask);
	buffer_done(&mask);
	return NULL;
}

char *ban_mask_complete(enum ban_kind kind, const char *given)
{
	switch (kind) {
	case BAN_KIND_USER:
		return complete_user(given);
	case BAN_KIND_ADDRESS:
		return complete_address(given);
	case BAN_KIND_NICK:
		return is_clean(given) && !channel_name_looks_like_one(given) ? mem_text(given)
									      : NULL;
	case BAN_KIND_CHANNEL:
		return is_clean(given) && channel_name_looks_like_one(given) ? mem_text(given)
									     : NULL;
	case BAN_KIND_REALNAME:
		return is_clean(given) ? mem_text(given) : NULL;
	}
	return NULL;
}

/* How many characters say something; without a wildcard, enough. */
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
	bool has_host = kind == BAN_KIND_USER;
	const char *host = has_host ? strrchr(mask, '@') + 1 : mask;
	struct address range;

	if ((has_host || kind == BAN_KIND_ADDRESS) && ban_range_of(host, &range))
		return range.prefix < (range.family == ADDRESS_FAMILY_IPV4 ? IPV4_BITS : IPV6_BITS);
	return !says_enough(mask);
}
