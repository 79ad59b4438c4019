/* The addresses of a socket unit of systemd. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/buffer.h"

struct unit_addresses {
	struct address *items; /* each with its port */
	size_t count;
};

void unit_addresses_done(struct unit_addresses *addresses);

/* Add an address in digits, or "*" for all of IPv4 and IPv6. An address that another one covers is
 * left out, because systemd could not open both. */
void unit_addresses_add(struct unit_addresses *addresses, const char *text, uint32_t port);

/* Append a line for each: "ListenStream=[::1]:6667", for the setting "ListenStream". */
void unit_addresses_format(
	const struct unit_addresses *addresses, const char *setting, struct buffer *out);
