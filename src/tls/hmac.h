/* HMAC (RFC 2104) with the hashes of the suites, for the derivation of keys.
 *
 * libcrypto has HMAC, HKDF and the PRF of TLS 1.2 too, but its functions look for their hash by
 * name in each call: four times the time of these. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include "tls/suites.h"

#define TLS_HASH_MAX 48

struct tls_hmac;

struct tls_hmac *tls_hmac_new(OSSL_LIB_CTX *library);
void tls_hmac_free(struct tls_hmac *hmac);

/* One at a time: begin, put all of the message, end. The key is no longer than a block of the hash.
 * Nothing of it is left after the end. */
void tls_hmac_begin(
	struct tls_hmac *hmac, const struct tls_suite *suite, const uint8_t *key, size_t length);
void tls_hmac_put(struct tls_hmac *hmac, const void *bytes, size_t length);
void tls_hmac_end(struct tls_hmac *hmac, uint8_t ret_digest[TLS_HASH_MAX]);
