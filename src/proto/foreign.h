/* Recognises other protocols by their first bytes, so that their clients are refused early and
 * cheaply: HTTP, TLS, SSH, SMTP, SOCKS, the PROXY header and the like. */
#pragma once

#include <stddef.h>

/* Bytes beyond this many, or beyond the first line, do not change the result. */
#define FOREIGN_BYTES 512
#define FOREIGN_ANSWER_BYTES 200

/* The name of the protocol ("HTTP", "TLS"), or NULL: it may be IRC. Only certain cases are
 * recognised; call it again with all bytes of a connection when more have arrived. */
const char *foreign_protocol(const char *bytes, size_t length);
/* A line for a client of that protocol: what the port speaks instead, and what to do. */
void foreign_answer(const char *protocol, char text[FOREIGN_ANSWER_BYTES]);
