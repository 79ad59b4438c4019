/* Owns addresses and ranges as text and as bits; knows nothing of sockets. */
#include "base/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define HOUSEHOLD_BITS 64 /* of IPv6 */

static uint8_t family_bits(uint8_t family)
{
	switch ((enum address_family) family) {
	case ADDRESS_FAMILY_IPV4:
		return 32;
	case ADDRESS_FAMILY_IPV6:
		return 128;
	case ADDRESS_FAMILY_NONE:
	case ADDRESS_FAMILY_UNIX:
		break;
	}
	return 0;
}

/* inet_ntop() would use printf(), and each client needs this a dozen times. */
static void format_ipv4(const uint8_t bytes[4], char *text)
{
	for (int i = 0; i < 4; i++) {
		if (bytes[i] >= 100)
			*text++ = (char) ('0' + bytes[i] / 100);
		if (bytes[i] >= 10)
			*text++ = (char) ('0' + bytes[i] / 10 % 10);
		*text++ = (char) ('0' + bytes[i] % 10);
		*text++ = i < 3 ? '.' : '\0';
	}
}

void address_format(const struct address *address, char text[ADDRESS_TEXT_BYTES])
{
	switch ((enum address_family) address->family) {
	case ADDRESS_FAMILY_IPV4:
		format_ipv4(address->bytes, text);
		return;
	case ADDRESS_FAMILY_IPV6:
		inet_ntop(AF_INET6, address->bytes, text, ADDRESS_TEXT_BYTES);
		return;
	case ADDRESS_FAMILY_NONE:
	case ADDRESS_FAMILY_UNIX:
		break;
	}
	text_copy(text, ADDRESS_TEXT_BYTES, "local");
}

void address_format_port(const struct address *address, char text[ADDRESS_TEXT_BYTES])
{
	char host[ADDRESS_TEXT_BYTES];

	address_format(address, host);
	if (address->family == ADDRESS_FAMILY_IPV6)
		snprintf(text, ADDRESS_TEXT_BYTES, "[%.45s]:%u", host, address->port);
	else if (address->family == ADDRESS_FAMILY_IPV4)
		snprintf(text, ADDRESS_TEXT_BYTES, "%.15s:%u", host, address->port);
	else
		text_copy(text, ADDRESS_TEXT_BYTES, host);
}

struct address address_network(const struct address *address, uint8_t prefix)
{
	struct address network = *address;
	uint8_t bits = family_bits(address->family);
	size_t whole;

	network.port = 0;
	network.prefix = prefix < bits ? prefix : bits;
	whole = network.prefix / 8;
	if (whole < sizeof(network.bytes)) {
		network.bytes[whole] &= (uint8_t) (0xff00 >> network.prefix % 8);
		memset(network.bytes + whole + 1, 0, sizeof(network.bytes) - whole - 1);
	}
	return network;
}

struct address address_household(const struct address *address)
{
	return address_network(
		address, address->family == ADDRESS_FAMILY_IPV6 ? HOUSEHOLD_BITS : UINT8_MAX);
}

bool address_is_single(const struct address *address)
{
	switch (address->family) {
	case ADDRESS_FAMILY_IPV4:
		return address->prefix == 32;
	case ADDRESS_FAMILY_IPV6:
		return address->prefix == 128;
	}
	return address->family == ADDRESS_FAMILY_UNIX;
}

void address_unmap(struct address *address)
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

	if (address->family != ADDRESS_FAMILY_IPV6 || memcmp(address->bytes, mapped, 12) != 0 ||
		address->prefix < 96)
		return;
	memmove(address->bytes, address->bytes + 12, 4);
	memset(address->bytes + 4, 0, 12);
	address->family = ADDRESS_FAMILY_IPV4;
	address->prefix -= 96;
}

/* Parse the part before the slash, which has this length. */
static bool parse_host(const char *text, size_t length, struct address *ret_host)
{
	char host[ADDRESS_TEXT_BYTES];
	struct address address = { 0 };

	if (length >= sizeof(host))
		return false;
	memcpy(host, text, length);
	host[length] = '\0';
	if (inet_pton(AF_INET, host, address.bytes) == 1)
		address.family = ADDRESS_FAMILY_IPV4;
	else if (inet_pton(AF_INET6, host, address.bytes) == 1)
		address.family = ADDRESS_FAMILY_IPV6;
	else
		return false;
	address.prefix = family_bits(address.family);
	*ret_host = address;
	return true;
}

/* Parse a range without checking the bits beyond the prefix. */
static bool parse_host_and_prefix(const char *text, struct address *ret_host)
{
	const char *slash = strchr(text, '/');
	struct address host;
	uint64_t prefix;

	if (!parse_host(text, slash ? (size_t) (slash - text) : strlen(text), &host))
		return false;
	if (slash) {
		if (!text_parse_u64(slash + 1, &prefix) || prefix > host.prefix)
			return false;
		host.prefix = (uint8_t) prefix;
	}
	*ret_host = host;
	return true;
}

bool address_parse_range(const char *text, struct address *ret_range)
{
	struct address range, network;

	if (strcmp(text, "local") == 0) {
		*ret_range = (struct address){ .family = ADDRESS_FAMILY_UNIX };
		return true;
	}
	if (!parse_host_and_prefix(text, &range))
		return false;
	network = address_network(&range, range.prefix);
	if (memcmp(network.bytes, range.bytes, sizeof(range.bytes)) != 0)
		return false;
	address_unmap(&range);
	*ret_range = range;
	return true;
}

bool address_parse_network(const char *text, struct address *ret_network)
{
	struct address host, network;

	if (!parse_host_and_prefix(text, &host))
		return false;
	network = address_network(&host, host.prefix);
	address_unmap(&network);
	*ret_network = network;
	return true;
}

bool address_is_broken_network(const char *text)
{
	const char *slash = strchr(text, '/');
	struct address host;

	return slash && parse_host(text, (size_t) (slash - text), &host) &&
	       !parse_host_and_prefix(text, &host);
}

void address_format_network(const struct address *network, char text[ADDRESS_TEXT_BYTES])
{
	char host[ADDRESS_TEXT_BYTES], prefix[sizeof("/255")] = "";

	address_format(network, host);
	if (network->prefix < family_bits(network->family))
		snprintf(prefix, sizeof(prefix), "/%u", network->prefix);
	snprintf(text, ADDRESS_TEXT_BYTES, "%s%.45s%s", host[0] == ':' ? "0" : "", host, prefix);
}

bool address_is_in(const struct address *address, const struct address *range)
{
	struct address network;

	if (address->family != range->family)
		return false;
	network = address_network(address, range->prefix);
	return memcmp(network.bytes, range->bytes, sizeof(range->bytes)) == 0;
}

bool address_is_loopback(const struct address *address)
{
	static const struct address ipv4 = { ADDRESS_FAMILY_IPV4, 8, 0, { 127 } };
	static const struct address ipv6 = { ADDRESS_FAMILY_IPV6, 128, 0, { [15] = 1 } };

	return address_is_in(address, &ipv4) || address_is_in(address, &ipv6);
}

bool address_is_this_machine(const struct address *address)
{
	return address->family == ADDRESS_FAMILY_UNIX || address_is_loopback(address);
}

void address_pack(const struct address *address, uint8_t bytes[ADDRESS_PACKED_BYTES])
{
	bytes[0] = address->family;
	bytes[1] = address->prefix;
	bytes[2] = (uint8_t) (address->port & 0xff);
	bytes[3] = (uint8_t) (address->port >> 8);
	memcpy(bytes + 4, address->bytes, 16);
}

void address_unpack(const uint8_t *bytes, size_t length, struct address *ret_address)
{
	*ret_address = (struct address){ 0 };
	if (length != ADDRESS_PACKED_BYTES || bytes[0] > ADDRESS_FAMILY_UNIX)
		return;
	ret_address->family = bytes[0];
	ret_address->prefix = bytes[1];
	ret_address->port = (uint16_t) (bytes[2] | bytes[3] << 8);
	memcpy(ret_address->bytes, bytes + 4, 16);
}
