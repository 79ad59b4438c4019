/* The keys of a finished handshake, taken out of OpenSSL.
 *
 * OpenSSL has no function that returns the traffic secrets of TLS 1.3; it only reports them, as
 * lines for a key log. For TLS 1.2 it returns the master secret, from which the keys follow. */
#pragma once

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>

#include "tls/keys.h"

/* What the key log has reported so far. Secret: the owner overwrites it. */
struct traffic_secrets {
	uint8_t client[TLS_SECRET_MAX];
	uint8_t server[TLS_SECRET_MAX];
	uint8_t n_client; /* bytes; 0: not reported yet */
	uint8_t n_server;
};

/* A line of the key log: label, random bytes of the client, secret. False: it is neither of the two
 * first traffic secrets, and is ignored. */
bool traffic_secrets_note(struct traffic_secrets *secrets, const char *line);

/* False: the suite or the version is none that papod speaks. */
bool session_keys_export(SSL *ssl, const struct traffic_secrets *secrets, struct tls_crypto *crypto,
	struct tls_keys *ret_keys);
