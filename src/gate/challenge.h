/* The proof for an issuer of certificates that this is the server of a name: tls-alpn-01 of ACME,
 * RFC 8737. A client like dehydrated writes it into a directory, as a certificate with its key. */
#pragma once

#include <openssl/ssl.h>
#include <stdbool.h>

#include "base/buffer.h"
#include "proto/name_syntax.h"

/* Call both in the callback of the ClientHello, SSL_CTX_set_client_hello_cb(3). */

/* Does an issuer want to see a proof? */
bool challenge_is_wanted(SSL *ssl);

/* Use the certificate for the name in the ClientHello, NAME.crt.pem with NAME.key.pem, and no
 * other. False: there is none, for the reason. */
bool challenge_use_certificate(SSL *ssl, const char *directory, char ret_name[DNS_NAME_BYTES + 1],
	struct buffer *ret_reason);
