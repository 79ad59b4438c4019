/* Which addresses papod-push may connect to. Clients choose the endpoints: without a wall they
 * could make it knock at whatever is in the networks of this machine. Special addresses are those
 * of the registries of IANA (RFC 6890). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/address.h"

/* Is it an address of the Internet that anyone can be reached at? Addresses that stand for IPv4
 * ones (mapped, NAT64, 6to4) count as these. */
bool push_wall_is_public(const struct address *address);

/* An entry of `push.allow`: "10.0.0.0/8", or with a port "fd00::1 8443"; the usual one is 443. */
bool push_wall_parse(const char *text, struct address *ret_range);

/* May it connect to the address at its port? To public ones at 443, and to those of the list. */
bool push_wall_admits(const struct address *address, char *const *allow, size_t n_allow);
