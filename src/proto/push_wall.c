/* Owns the addresses that are not public. */
#include "proto/push_wall.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "proto/push_url.h"

struct special_range {
	uint8_t bytes[16];
	uint8_t prefix;
};

static const struct special_range special_ipv4[] = {
	{ { 0 }, 8 },		  /* this network, RFC 791 */
	{ { 10 }, 8 },		  /* private, RFC 1918 */
	{ { 100, 64 }, 10 },	  /* shared by clients of a provider, RFC 6598 */
	{ { 127 }, 8 },		  /* loopback, RFC 1122 */
	{ { 169, 254 }, 16 },	  /* link-local, RFC 3927; metadata of clouds */
	{ { 172, 16 }, 12 },	  /* private */
	{ { 192, 0, 0 }, 24 },	  /* protocols, RFC 6890 */
	{ { 192, 0, 2 }, 24 },	  /* documentation, RFC 5737 */
	{ { 192, 88, 99 }, 24 },  /* relays of 6to4, RFC 7526 */
	{ { 192, 168 }, 16 },	  /* private */
	{ { 198, 18 }, 15 },	  /* benchmarks, RFC 2544 */
	{ { 198, 51, 100 }, 24 }, /* documentation */
	{ { 203, 0, 113 }, 24 },  /* documentation */
	{ { 224 }, 4 },		  /* multicast */
	{ { 240 }, 4 },		  /* reserved, and broadcast */
};

/* Of the global addresses, 2000::/3. */
static const struct special_range special_ipv6[] = {
	{ { 0x20, 0x01, 0 }, 23 },	       /* protocols, Teredo among them: RFC 2928 */
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32 },    /* documentation, RFC 3849 */
	{ { 0x26, 0x20, 0, 0x4f, 0x80 }, 48 }, /* AS112, RFC 7535 */
	{ { 0x3f, 0xff, 0 }, 20 },	       /* documentation, RFC 9637 */
};

static const uint8_t global_ipv6[] = { 0x20 };		  /* 3 bits */
static const uint8_t nat64[12] = { 0, 0x64, 0xff, 0x9b }; /* RFC 6052 2.1 */
static const uint8_t six_to_four[2] = { 0x20, 0x02 };	  /* RFC 3056 2 */

static bool has_start(const uint8_t *bytes, const uint8_t *start, uint8_t prefix)
{
	uint8_t rest = prefix % 8;
	uint8_t mask = (uint8_t) (0xff00u >> rest);

	return memcmp(bytes, start, prefix / 8) == 0 &&
	       (!rest || ((bytes[prefix / 8] ^ start[prefix / 8]) & mask) == 0);
}

static bool is_special(const uint8_t *bytes, const struct special_range *ranges, size_t n_ranges)
{
	for (size_t i = 0; i < n_ranges; i++)
		if (has_start(bytes, ranges[i].bytes, ranges[i].prefix))
			return true;
	return false;
}

static bool is_public_ipv4(const uint8_t *bytes)
{
	return !is_special(bytes, special_ipv4, ARRAY_LENGTH(special_ipv4));
}

static bool is_public_ipv6(const uint8_t *bytes)
{
	if (has_start(bytes, nat64, 96))
		return is_public_ipv4(bytes + 12);
	if (has_start(bytes, six_to_four, 16))
		return is_public_ipv4(bytes + 2);
	return has_start(bytes, global_ipv6, 3) &&
	       !is_special(bytes, special_ipv6, ARRAY_LENGTH(special_ipv6));
}

/* One host, as IPv4 if it is an IPv4 address in a mapped form. */
static struct address plain_host(const struct address *address)
{
	struct address plain = *address;

	plain.prefix = plain.family == ADDRESS_FAMILY_IPV4 ? 32 : 128;
	address_unmap(&plain);
	return plain;
}

bool push_wall_is_public(const struct address *address)
{
	struct address plain = plain_host(address);

	if (plain.family == ADDRESS_FAMILY_IPV4)
		return is_public_ipv4(plain.bytes);
	return plain.family == ADDRESS_FAMILY_IPV6 && is_public_ipv6(plain.bytes);
}

bool push_wall_parse(const char *text, struct address *ret_range)
{
	char range[ADDRESS_TEXT_BYTES];
	size_t length = strcspn(text, " ");
	uint64_t port = PUSH_USUAL_PORT;
	struct address address = { 0 };

	if (length >= sizeof(range))
		return false;
	memcpy(range, text, length);
	range[length] = '\0';
	if (text[length] &&
		(!text_parse_u64(text + length + 1, &port) || !port || port > UINT16_MAX))
		return false;
	if (!address_parse_range(range, &address) || address.family == ADDRESS_FAMILY_UNIX)
		return false;
	address.port = (uint16_t) port;
	*ret_range = address;
	return true;
}

bool push_wall_admits(const struct address *address, char *const *allow, size_t n_allow)
{
	struct address plain = plain_host(address), range;

	if (plain.port == PUSH_USUAL_PORT && push_wall_is_public(&plain))
		return true;
	for (size_t i = 0; i < n_allow; i++)
		if (push_wall_parse(allow[i], &range) && range.port == plain.port &&
			address_is_in(&plain, &range))
			return true;
	return false;
}
