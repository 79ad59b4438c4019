/* The addresses of the system's calls, as papod's own. */
#pragma once

#include <stdbool.h>
#include <sys/socket.h>

#include "base/address.h"

/* A single host with its port. An IPv4-mapped IPv6 address stays one. False: it is of another
 * family than IPv4 and IPv6. */
bool socket_address_read(const struct sockaddr *system, struct address *ret_address);
