/* Addresses of clients and listeners, and ranges of them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum address_family {
	ADDRESS_FAMILY_NONE, /* not known */
	ADDRESS_FAMILY_IPV4,
	ADDRESS_FAMILY_IPV6,
	ADDRESS_FAMILY_UNIX,
};

struct address {
	uint8_t family;	   /* enum address_family */
	uint8_t prefix;	   /* bits that matter in a range; 32 or 128 for one host */
	uint16_t port;	   /* host order; 0 in ranges */
	uint8_t bytes[16]; /* network order; IPv4 uses the first four */
};

#define ADDRESS_TEXT_BYTES 64
#define ADDRESS_PACKED_BYTES 20

/* Text without a port: "192.0.2.1", "2001:db8::1"; a Unix peer is "local". */
void address_format(const struct address *address, char text[ADDRESS_TEXT_BYTES]);
/* With the port, for logs: "192.0.2.1:6667", "[2001:db8::1]:6667". */
void address_format_port(const struct address *address, char text[ADDRESS_TEXT_BYTES]);

/* "192.0.2.1", "192.0.2.0/24", "2001:db8::/32" or "local"; bits beyond the prefix must be
 * zero. An IPv4-mapped IPv6 address becomes IPv4. */
bool address_parse_range(const char *text, struct address *ret_range);
/* The network that contains an address with a prefix: "192.0.2.77/24" gives 192.0.2.0/24. An
 * address without a prefix is a network of its own. "local" is refused. */
bool address_parse_network(const char *text, struct address *ret_network);
/* Is the text an address with an impossible prefix, such as "192.0.2.0/33"? */
bool address_is_broken_network(const char *text);
/* The one spelling of a network in masks: "192.0.2.0/24", "0::1". A single address has no prefix.
 * The text never begins with a colon, which would end the parameters of a line. */
void address_format_network(const struct address *network, char text[ADDRESS_TEXT_BYTES]);

/* RFC 4291 2.5.5.2: ::ffff:a.b.c.d becomes the IPv4 host a.b.c.d. */
void address_unmap(struct address *address);

bool address_is_loopback(const struct address *address); /* 127.0.0.0/8 or ::1 */
/* Loopback, or a Unix socket: what is sent there does not leave this machine. */
bool address_is_this_machine(const struct address *address);

bool address_is_in(const struct address *address, const struct address *range);

/* The first bits of an address, as a range; all bits if the prefix is too long. */
struct address address_network(const struct address *address, uint8_t prefix);
/* What one customer has: the address, or the network of 64 bits that an IPv6 address is in. */
struct address address_household(const struct address *address);
/* Is it no range of several? */
bool address_is_single(const struct address *address);

void address_pack(const struct address *address, uint8_t bytes[ADDRESS_PACKED_BYTES]);
void address_unpack(const uint8_t *bytes, size_t length, struct address *ret_address);
