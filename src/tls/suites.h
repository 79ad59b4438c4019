/* The cipher suites of connections whose records papod seals and opens: those of TLS 1.3
 * (RFC 8446 B.4), and of TLS 1.2 those with a key exchange that keeps old traffic secret and a
 * cipher that authenticates (RFC 5289, RFC 7905). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum tls_cipher {
	TLS_CIPHER_AES_128_GCM,
	TLS_CIPHER_AES_256_GCM,
	TLS_CIPHER_CHACHA20_POLY1305,
};
#define TLS_CIPHERS 3

enum tls_hash {
	TLS_HASH_SHA256,
	TLS_HASH_SHA384,
};
#define TLS_HASHES 2

#define TLS_NONCE_BYTES 12
#define TLS_TAG_BYTES 16

struct tls_suite {
	uint16_t id; /* by IANA; proto/tls_facts.c has the names */
	enum tls_cipher cipher;
	bool is_1_3;
	enum tls_hash hash;
	uint8_t hash_bytes; /* also the length of a secret of TLS 1.3 */
	uint8_t key_bytes;
	uint8_t iv_bytes;	/* the part of each nonce that the handshake agrees on */
	uint8_t explicit_bytes; /* the part of the nonce that each record carries */
	uint64_t max_records;	/* that a key may protect */
};

const struct tls_suite *tls_suite_find(uint16_t id);
