/* What the ClientHello of an issuer of certificates says: it connects to see the proof that a host
 * is the one that asks for a certificate. ACME calls that tls-alpn-01, RFC 8737 3. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/name_syntax.h"

#define CLIENT_HELLO_CHALLENGE "acme-tls/1"

/* Does the extension of ALPN (RFC 7301 3.1) offer acme-tls/1, and no other protocol? */
bool client_hello_is_challenge(const uint8_t *extension, size_t length);

/* The name in the extension server_name (RFC 6066 3), in lower case. False: it has not exactly one
 * name, or the name is not that of a host. */
bool client_hello_host(const uint8_t *extension, size_t length, char ret_host[DNS_NAME_BYTES + 1]);
