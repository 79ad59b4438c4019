/* Codes that are sent by e-mail: a reader of the mail can type one. A code is 80 random bits, in
 * groups of letters and digits that are not mistaken for each other. What is stored is its SHA-256:
 * for so many random bits, that cannot be undone. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define MAIL_CODE_RANDOM_BYTES 10
#define MAIL_CODE_BYTES 20	/* "kq3f-w9bd-m2xx-7nat" and a NUL */
#define MAIL_CODE_HASH_BYTES 72 /* "code:", the digits of SHA-256 and a NUL */

/* The hash that no code has. */
#define MAIL_CODE_NONE "code:"

void mail_code_write(const uint8_t random[MAIL_CODE_RANDOM_BYTES], char code[MAIL_CODE_BYTES]);
void mail_code_hash(const char *code, char hash[MAIL_CODE_HASH_BYTES]);

/* A hash of mail_code_hash(), or MAIL_CODE_NONE? */
bool mail_code_is_hash(const char *hash);
/* Capitals count as letters, and hyphens do not count. The time depends on the lengths only. */
bool mail_code_matches(const char *given, const char *hash);
