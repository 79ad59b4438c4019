/* What the server stores of a password: enough to check it, not enough to log in with it (RFC 5802
 * 3, RFC 7677). SCRAM, PLAIN and every other way to give a password use the same verifier.
 *
 * Its text is that of RFC 5803, with base64 for bytes:
 *
 *     SCRAM-SHA-256$16384:W22ZaJ0SNY7soEsUEjb6gQ==$StoredKey:ServerKey */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"

/* Of a new verifier. One derivation takes about 7 ms. */
#define SCRAM_ROUNDS 16384
#define SCRAM_SALT_BYTES 16
/* Limits of verifiers that come from elsewhere. RFC 7677 4 requires the least. */
#define SCRAM_LEAST_ROUNDS 4096
#define SCRAM_MOST_ROUNDS 1000000
#define SCRAM_MOST_SALT_BYTES 32

/* The longest text of a verifier and a NUL. */
#define SCRAM_VERIFIER_TEXT_BYTES 160

struct scram_verifier {
	uint32_t rounds;
	uint8_t salt_bytes; /* at least one */
	uint8_t salt[SCRAM_MOST_SALT_BYTES];
	struct digest stored_key; /* checks a client's proof */
	struct digest server_key; /* proves to the client that the server has the verifier */
};

/* Compute the keys from the password, with the salt and the rounds that the verifier has. This is
 * slow on purpose: only a worker thread may call it. */
void scram_verifier_derive(struct scram_verifier *verifier, const char *password);

/* The same from what PBKDF2 gives, RFC 5802's SaltedPassword. This is fast. */
void scram_verifier_set_salted(struct scram_verifier *verifier, const uint8_t salted[DIGEST_BYTES]);

/* As slow as the first one. The time does not depend on the result. */
bool scram_verifier_matches(const struct scram_verifier *verifier, const char *password);

/* A verifier for a name that has none. It matches no password and no proof, and has SCRAM_ROUNDS.
 * The same key and name always give the same salt: otherwise two attempts would reveal that there
 * is no such account. So the caller keeps the key across reboots, and passes the name in the form
 * in which names of accounts are compared. */
void scram_verifier_fake(
	struct digest_input key, const char *name, struct scram_verifier *ret_verifier);

void scram_verifier_format(
	const struct scram_verifier *verifier, char text[SCRAM_VERIFIER_TEXT_BYTES]);
/* False: not such a text, or one beyond the limits above. */
bool scram_verifier_parse(const char *text, struct scram_verifier *ret_verifier);
