/* The calls of libcrypto: one object for each process, in its own memory.
 *
 * An idle connection costs nothing here. Busy ones find a cipher context that is ready, in a cache
 * of TLS_CACHED contexts of about 1.2 KB each; others share one context, which gets their key
 * for each record (480 instead of 290 ns for 100 bytes of AES-GCM). The cache compares the key
 * itself, so a context never meets another key, and neither ids nor generations are needed. It
 * finds an entry by the iv, whose bits may show in the timing of the machine's caches.
 *
 * Failures of libcrypto, except wrong tags, are lack of memory or our bugs: they end the
 * process. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tls/hmac.h"
#include "tls/suites.h"

#define TLS_CACHED 1024

struct tls_crypto;

/* A key, as a direction of a connection has it. */
struct tls_key {
	const struct tls_suite *suite;
	const uint8_t *bytes; /* suite->key_bytes */
	const uint8_t *iv;    /* suite->iv_bytes */
};

/* One record. `in` and `out` are the same, or do not overlap. */
struct tls_box {
	struct tls_key key;
	uint8_t nonce[TLS_NONCE_BYTES];
	const uint8_t *head; /* authenticated, not encrypted */
	size_t head_length;
	const uint8_t *in;
	uint8_t *out;
	size_t length;
	uint8_t *tag; /* TLS_TAG_BYTES */
};

/* A program whose handshakes obey openssl.cnf initialises libssl before. */
struct tls_crypto *tls_crypto_new(void);
void tls_crypto_free(struct tls_crypto *crypto);

void tls_crypto_seal(struct tls_crypto *crypto, const struct tls_box *box);
/* Decrypt. False if the tag is wrong; `out` is overwritten then. */
bool tls_crypto_open(struct tls_crypto *crypto, const struct tls_box *box);
/* Overwrite what the cache has of a key that ends. */
void tls_crypto_forget(struct tls_crypto *crypto, const struct tls_key *key);

struct tls_hmac *tls_crypto_hmac(const struct tls_crypto *crypto);
