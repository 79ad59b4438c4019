/* SHA-256 (FIPS 180-4), HMAC (RFC 2104) and PBKDF2 (RFC 8018 5.2), for the passwords and keys of
 * accounts.
 *
 * libcrypto computes them, in a pure room: the results are functions of the arguments. libcrypto
 * draws no random bytes for them and stores nothing that a later result depends on. Each function
 * tells it to read no openssl.cnf, which its first use would do otherwise; a program whose
 * handshakes obey that file initialises libssl before. Every thread may call these functions.
 *
 * Failures of libcrypto are lack of memory or our bugs: they end the process. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIGEST_BYTES 32
/* Longest input of each function; longer ones are our bug. */
#define DIGEST_MOST_BYTES (1 << 20)

struct digest {
	uint8_t bytes[DIGEST_BYTES];
};

/* Bytes that the caller owns. NULL is allowed if there are none. */
struct digest_input {
	const void *bytes;
	size_t length;
};

struct digest digest_sha256(struct digest_input input);
struct digest digest_hmac(struct digest_input key, struct digest_input input);
/* Derive DIGEST_BYTES from a password. This takes about 0.4 microseconds for each round, of which
 * there is at least one. */
struct digest digest_pbkdf2(
	struct digest_input password, struct digest_input salt, uint32_t rounds);

/* The same with other digests, where a standard or another server has chosen them. ret_bytes has as
 * many bytes as the digest. */
enum digest_kind {
	DIGEST_KIND_SHA1, /* its weakness does not matter in an HMAC (RFC 6151 1): for RFC 6238 */
	DIGEST_KIND_SHA256,
	DIGEST_KIND_SHA512, /* of passwords that come from other servers */
};
#define DIGEST_SHA1_BYTES 20
#define DIGEST_SHA512_BYTES 64
void digest_hmac_of(enum digest_kind kind, struct digest_input key, struct digest_input input,
	uint8_t *ret_bytes);
void digest_pbkdf2_of(enum digest_kind kind, struct digest_input password, struct digest_input salt,
	uint32_t rounds, uint8_t *ret_bytes);

/* Are they equal? The time does not depend on the bytes. */
bool digest_equals(const struct digest *a, const struct digest *b);
