/* Telling by their first bytes the protocols that are not IRC, so that they are turned
 * away at once and cheaply: HTTP, TLS, SSH, SMTP, SOCKS, the PROXY header. */
#pragma once

#include <stddef.h>

/* The name of the protocol ("HTTP", "TLS"), or NULL: may be IRC. Only ever certain
 * cases are named; call it with the first bytes of a connection as they come. */
const char *foreign_protocol(const char *bytes, size_t length);
