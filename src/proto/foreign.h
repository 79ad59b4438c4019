/* Telling by their first bytes the protocols that are not IRC, so that they are turned
 * away at once and cheaply: HTTP, TLS, SSH, SMTP, SOCKS, the PROXY header and the like. */
#pragma once

#include <stddef.h>

/* Once this many bytes or a first line are there, more of them tell nothing more. */
#define FOREIGN_BYTES 512
#define FOREIGN_ANSWER_BYTES 200

/* The name of the protocol ("HTTP", "TLS"), or NULL: may be IRC. Only certain cases are
 * named; call it again with all of a connection's first bytes when more have come. */
const char *foreign_protocol(const char *bytes, size_t length);
/* A line for a client of that protocol: what the port speaks instead, and what to do. */
void foreign_answer(const char *protocol, char text[FOREIGN_ANSWER_BYTES]);
