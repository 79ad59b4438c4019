/* Hashes of passwords from the services of other servers that crypt(3) does not know. They are in
 * the place of a verifier until the account's next login with its password, which then gets one.
 *
 * Their text, with base64 for bytes; of HMAC, the rounds are 0 and the salt is its key:
 *
 *     PBKDF2-SHA512$64000:W22ZaJ0SNY7soEsUEjb6gQ==$digest
 *     HMAC-SHA256$0:key$digest */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"

#define OLD_HASH_SHA512_BYTES DIGEST_SHA512_BYTES
#define OLD_HASH_MOST_SALT_BYTES 64
#define OLD_HASH_MOST_ROUNDS 1000000

enum old_hash_kind {
	OLD_HASH_KIND_PBKDF2_SHA512,
	OLD_HASH_KIND_HMAC_SHA256,
	OLD_HASH_KIND_HMAC_SHA512,
};

struct old_hash {
	enum old_hash_kind kind;
	uint32_t rounds; /* 0 of HMAC, and never of PBKDF2 */
	size_t n_salt;	 /* at least one */
	uint8_t salt[OLD_HASH_MOST_SALT_BYTES];
	uint8_t digest[OLD_HASH_SHA512_BYTES]; /* of which the kind says the length: */
};

size_t old_hash_digest_bytes(enum old_hash_kind kind);

/* The caller frees. */
char *old_hash_format(const struct old_hash *hash);
/* False: not such a text. */
bool old_hash_parse(const char *text, struct old_hash *ret_hash);
/* PBKDF2 is slow on purpose: only a worker thread may call it. The time does not depend on the
 * result. */
bool old_hash_matches(const struct old_hash *hash, const char *password);
