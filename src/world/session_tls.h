/* The TLS of a session: version and suite, and the facts of a client's certificate. */
#pragma once

#include "world/session.h"

/* NULL: the client does not use TLS. */
void session_tls_set(struct session *session, const struct tls_facts *facts);

/* Names, as in proto/tls_facts.h; NULL: the client does not use TLS. */
const char *session_tls_version(const struct session *session);
const char *session_tls_suite(const struct session *session);
/* The SHA-256 of the client's certificate, as text that the caller frees; NULL: it has none, or its
 * gateway did not say. */
char *session_tls_fingerprint(const struct session *session);

void session_tls_save(struct buffer *out, uint16_t id, const struct session *session);
/* Malformed facts are none: the client counts as one without TLS. */
void session_tls_load(struct session *session, struct pack record);
