/* A client and a server of OpenSSL after a handshake in memory, and the keys of the server, with
 * which our records can take its place. */
#pragma once

#include <openssl/ssl.h>

#include "tls/keys.h"

struct handshake_wish {
	const char *cipher; /* OpenSSL's name */
	bool is_1_3;
	uint8_t max_fragment_code; /* RFC 6066 4, or 0 */
	size_t padding;		   /* multiples to which the client pads its records */
};

struct handshake {
	SSL_CTX *contexts[2];
	SSL *client;
	SSL *server;
	BIO *to_client; /* what they have to read */
	BIO *to_server;
	struct tls_crypto *crypto;
	struct tls_keys keys;
};

void handshake_init(struct handshake *handshake, const struct handshake_wish *wish);
void handshake_done(struct handshake *handshake);
