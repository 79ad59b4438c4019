/* One handshake: from an accepted socket to a client that papod can take over, or to its end.
 *
 * OpenSSL reads from the socket itself, one record at a time. So what a client sends after its
 * handshake stays in the kernel, and the socket with the keys is all that papod needs.
 *
 * A client that sends nothing costs no SSL object. One that speaks no TLS is told so in plain
 * text. A socket that ends after something was written to it lingers for a moment, see linger.h. */
#pragma once

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "proto/tls_facts.h"
#include "tls/keys.h"

struct handshake;

/* What a handshake has led to. The keys are secret. */
struct handshake_result {
	struct tls_facts facts;
	struct tls_keys keys;
};

struct handshake_needs {
	SSL_CTX *context; /* of handshake_context_new() */
	struct tls_crypto *crypto;
	/* The directory of proofs for issuers of certificates, see challenge.h; *challenges NULL:
	 * none. It may change between two calls. */
	const char *const *challenges;
};

enum handshake_state {
	HANDSHAKE_STATE_WANTS_INPUT,  /* call handshake_go_on() when there is some */
	HANDSHAKE_STATE_WANTS_OUTPUT, /* or when there is room for output */
	HANDSHAKE_STATE_ASKS,	      /* papod answers first; only of web clients */
	HANDSHAKE_STATE_DONE,	      /* take it with handshake_finish() */
	HANDSHAKE_STATE_LINGERS,      /* no client, and drops input until the peer closes */
	HANDSHAKE_STATE_ENDED,
};

/* A context with papod's policy: versions, suites, no resumption. Certificates are chosen by
 * SSL_CTX_set_cert_cb(). Never NULL. */
SSL_CTX *handshake_context_new(void);

/* Takes ownership of the descriptor, which is non-blocking. The needs must outlive it. Web clients
 * speak HTTP, and are not asked for a certificate. */
struct handshake *handshake_new(const struct handshake_needs *needs, int fd, bool is_web);
void handshake_free(struct handshake *handshake); /* closes the descriptor; NULL is allowed */

enum handshake_state handshake_go_on(struct handshake *handshake);
/* Why it failed; NULL: it did not, or the client has gone without a word. */
const char *handshake_failure(const struct handshake *handshake);
/* The host whose proof an issuer of certificates was shown; NULL: none. */
const char *handshake_challenge(const struct handshake *handshake);
/* The protocol that the client speaks instead of TLS; NULL: TLS, or nothing yet. */
const char *handshake_foreign_protocol(const struct handshake *handshake);

/* Take the socket of a handshake that is done, and free the rest. The caller owns the descriptor
 * and overwrites the result. False: the client's keys cannot be used, so it is closed. */
bool handshake_finish(
	struct handshake *handshake, struct handshake_result *ret_result, int *ret_fd);
