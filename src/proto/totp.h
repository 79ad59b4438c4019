/* Codes of six digits that change every 30 seconds, made from a secret that an app of the user has,
 * too: RFC 6238 with SHA-1, as all such apps know it.
 *
 * A code belongs to a step of 30 seconds, numbered since 1970. The steps before and after the
 * present one are accepted, for clocks that are wrong. Who accepts a code remembers its step, and
 * refuses that and earlier ones from then on. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

#define TOTP_DIGITS 6
/* No step: the code is wrong, behind a right password. */
#define TOTP_STEP_WRONG UINT64_MAX
#define TOTP_NEW_BYTES 20 /* of a new secret: RFC 4226 4, R6 */
#define TOTP_LEAST_BYTES 16
#define TOTP_MOST_BYTES 64
/* A secret in base32, without the NUL. */
#define TOTP_LEAST_TEXT ((TOTP_LEAST_BYTES * 8 + 4) / 5)
#define TOTP_MOST_TEXT ((TOTP_MOST_BYTES * 8 + 4) / 5)

struct totp_secret {
	uint8_t bytes[TOTP_MOST_BYTES];
	size_t length;
};

/* Base32 of RFC 4648 in any case of letters, without padding or with. False: it is none, or too
 * short or too long. */
bool totp_secret_parse(const char *text, struct totp_secret *ret_secret);
void totp_secret_format(const struct totp_secret *secret, struct buffer *out);
/* otpauth://totp/..., which apps read from a QR code. */
void totp_put_uri(
	struct buffer *out, const char *issuer, const char *name, const char *secret_text);

uint32_t totp_code(const struct totp_secret *secret, uint64_t step);
/* The step near that time whose code it is; 0: none. */
uint64_t totp_find_step(const struct totp_secret *secret, const char *code, uint64_t wall_ms);

/* What a password is checked against if a code must follow it: "$totp$SECRET$HASH", or without a
 * password "$totp$SECRET". Beside passwords the texts of hashes are secrets, too. */
#define TOTP_PREFIX "$totp$"

/* The caller frees. The hash may be NULL: there is no password. */
char *totp_hash(const char *secret_text, const char *hash);
/* The secret in such a text, which the caller frees. NULL: it is none. */
char *totp_hash_secret(const char *text);

/* A password that is to be checked, and the code behind it. */
struct totp_split {
	char *hash;	/* of the password; NULL: there is none to be checked */
	char *password; /* without the code */
	bool needs_code;
	uint64_t step; /* that the code belongs to; 0: it is wrong, or none is needed */
};

struct totp_split totp_split(const char *hash, const char *password, uint64_t wall_ms);
void totp_split_done(struct totp_split *split);

/* Replace each secret in texts that totp_hash() made, for recordings. */
void totp_mask(void *bytes, size_t length);
