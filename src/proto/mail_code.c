/* Owns the letters of codes and their hashes. */
#include "proto/mail_code.h"

#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/text.h"

#define LETTERS "abcdefghijkmnpqrstuvwxyz23456789"
#define LETTER_BITS 5
#define N_LETTERS (MAIL_CODE_RANDOM_BYTES * 8 / LETTER_BITS)
#define GROUP 4

_Static_assert(sizeof(LETTERS) == (1 << LETTER_BITS) + 1, "each letter is as likely");

static unsigned int letter_index(const uint8_t *random, unsigned int n)
{
	unsigned int bit = n * LETTER_BITS, at = bit / 8;
	unsigned int pair = (unsigned int) random[at] << 8;

	if (at + 1 < MAIL_CODE_RANDOM_BYTES)
		pair |= random[at + 1];
	return pair >> (16 - LETTER_BITS - bit % 8) & ((1 << LETTER_BITS) - 1);
}

void mail_code_write(const uint8_t random[MAIL_CODE_RANDOM_BYTES], char code[MAIL_CODE_BYTES])
{
	for (unsigned int n = 0; n < N_LETTERS; n++) {
		if (n && n % GROUP == 0)
			*code++ = '-';
		*code++ = LETTERS[letter_index(random, n)];
	}
	*code = '\0';
}

/* The letters alone; false: there are too many. */
static bool strip_code(const char *code, char letters[N_LETTERS + 1])
{
	size_t n = 0;

	for (; *code; code++) {
		if (*code == '-')
			continue;
		if (n == N_LETTERS)
			return false;
		letters[n++] = text_lower(*code);
	}
	letters[n] = '\0';
	return true;
}

void mail_code_hash(const char *code, char hash[MAIL_CODE_HASH_BYTES])
{
	char letters[N_LETTERS + 1];
	struct digest digest;
	char *at = hash + sizeof(MAIL_CODE_NONE) - 1;

	memset(hash, 0, MAIL_CODE_HASH_BYTES);
	memcpy(hash, MAIL_CODE_NONE, sizeof(MAIL_CODE_NONE) - 1);
	if (!strip_code(code, letters))
		return;
	digest = digest_sha256((struct digest_input){ letters, strlen(letters) });
	for (size_t i = 0; i < DIGEST_BYTES; i++, at += 2)
		snprintf(at, 3, "%02x", digest.bytes[i]);
	explicit_bzero(letters, sizeof(letters));
}

bool mail_code_is_hash(const char *hash)
{
	return text_starts_with(hash, MAIL_CODE_NONE);
}

bool mail_code_matches(const char *given, const char *hash)
{
	char found[MAIL_CODE_HASH_BYTES];

	mail_code_hash(given, found);
	return text_is_secret(hash, found) && strcmp(hash, MAIL_CODE_NONE) != 0;
}
