/* Owns RFC 6238, and the texts of its secrets. */
#include "proto/totp.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/digest.h"
#include "base/mem.h"

#define STEP_MS 30000
#define CODES 1000000 /* of TOTP_DIGITS digits */

static const char base32_letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/* -1: none. */
static int base32_value(char letter)
{
	if (letter >= 'A' && letter <= 'Z')
		return letter - 'A';
	if (letter >= 'a' && letter <= 'z')
		return letter - 'a';
	return letter >= '2' && letter <= '7' ? letter - '2' + 26 : -1;
}

static size_t base32_length(const char *text)
{
	size_t length = 0;

	while (base32_value(text[length]) >= 0)
		length++;
	return length;
}

bool totp_secret_parse(const char *text, struct totp_secret *ret_secret)
{
	size_t length = base32_length(text);
	struct totp_secret secret = { 0 };
	uint32_t bits = 0;
	unsigned int n_bits = 0;

	if (text[length + strspn(text + length, "=")] || length < TOTP_LEAST_TEXT ||
		length > TOTP_MOST_TEXT)
		return false;
	for (size_t i = 0; i < length; i++) {
		bits = bits << 5 | (uint32_t) base32_value(text[i]);
		n_bits += 5;
		if (n_bits < 8)
			continue;
		n_bits -= 8;
		secret.bytes[secret.length++] = (uint8_t) (bits >> n_bits);
	}
	*ret_secret = secret;
	return true;
}

void totp_secret_format(const struct totp_secret *secret, struct buffer *out)
{
	uint32_t bits = 0;
	unsigned int n_bits = 0;

	for (size_t i = 0; i < secret->length; i++) {
		bits = bits << 8 | secret->bytes[i];
		for (n_bits += 8; n_bits >= 5; n_bits -= 5)
			buffer_put_byte(out, base32_letters[bits >> (n_bits - 5) & 31]);
	}
	if (n_bits)
		buffer_put_byte(out, base32_letters[bits << (5 - n_bits) & 31]);
}

/* RFC 3986 2.3. */
static void put_in_uri(struct buffer *out, const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~";

	for (; *text; text++)
		if (strchr(plain, *text))
			buffer_put_byte(out, *text);
		else
			buffer_format(out, "%%%02X", (unsigned int) (uint8_t) *text);
}

void totp_put_uri(struct buffer *out, const char *issuer, const char *name, const char *secret_text)
{
	buffer_put_text(out, "otpauth://totp/");
	put_in_uri(out, issuer);
	buffer_put_byte(out, ':');
	put_in_uri(out, name);
	buffer_format(out, "?secret=%s&issuer=", secret_text);
	put_in_uri(out, issuer);
}

/* RFC 4226 5.3. */
uint32_t totp_code(const struct totp_secret *secret, uint64_t step)
{
	uint8_t counter[8], digest[DIGEST_SHA1_BYTES];
	const uint8_t *at;

	for (size_t i = 0; i < sizeof(counter); i++)
		counter[i] = (uint8_t) (step >> (56 - 8 * i));
	digest_hmac_of(DIGEST_KIND_SHA1, (struct digest_input){ secret->bytes, secret->length },
		(struct digest_input){ counter, sizeof(counter) }, digest);
	at = digest + (digest[DIGEST_SHA1_BYTES - 1] & 15);
	return (((uint32_t) at[0] & 127) << 24 | (uint32_t) at[1] << 16 | (uint32_t) at[2] << 8 |
		       at[3]) %
	       CODES;
}

/* False: these are no six digits. */
static bool read_code(const char *text, uint32_t *ret_code)
{
	uint32_t code = 0;

	for (size_t i = 0; i < TOTP_DIGITS; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		code = code * 10 + (uint32_t) (text[i] - '0');
	}
	*ret_code = code;
	return !text[TOTP_DIGITS];
}

uint64_t totp_find_step(const struct totp_secret *secret, const char *code, uint64_t wall_ms)
{
	uint64_t now = wall_ms / STEP_MS, found = 0;
	uint32_t given;

	if (now < 2 || !read_code(code, &given))
		return 0;
	for (uint64_t step = now + 1; step >= now - 1; step--)
		if (totp_code(secret, step) == given)
			found = step;
	return found;
}

char *totp_hash(const char *secret_text, const char *hash)
{
	struct buffer text = { .is_secret = true };

	buffer_format(
		&text, "%s%s%s%s", TOTP_PREFIX, secret_text, hash ? "$" : "", hash ? hash : "");
	return buffer_take(&text);
}

/* The secret of such a text, and what follows it. NULL: it is none. */
static char *cut_secret(const char *text, const char **ret_rest)
{
	const char *secret = text + strlen(TOTP_PREFIX);
	size_t length;

	if (strncmp(text, TOTP_PREFIX, strlen(TOTP_PREFIX)) != 0)
		return NULL;
	length = base32_length(secret);
	if (!length || (secret[length] && secret[length] != '$'))
		return NULL;
	*ret_rest = secret + length;
	return mem_text_n(secret, length);
}

char *totp_hash_secret(const char *text)
{
	const char *rest;

	return cut_secret(text, &rest);
}

/* The code behind the password is cut off. */
static void take_code(struct totp_split *split, const char *secret_text, uint64_t wall_ms)
{
	size_t length = strlen(split->password);
	struct totp_secret secret;

	split->needs_code = true;
	if (length < TOTP_DIGITS || (!split->hash && length > TOTP_DIGITS) ||
		!totp_secret_parse(secret_text, &secret))
		return;
	split->step = totp_find_step(&secret, split->password + length - TOTP_DIGITS, wall_ms);
	memset(split->password + length - TOTP_DIGITS, '\0', TOTP_DIGITS);
	explicit_bzero(&secret, sizeof(secret));
}

struct totp_split totp_split(const char *hash, const char *password, uint64_t wall_ms)
{
	struct totp_split split = { .password = mem_text(password) };
	const char *rest = NULL;
	char *secret_text = cut_secret(hash, &rest);

	if (!secret_text)
		split.hash = mem_text(hash);
	else if (*rest)
		split.hash = mem_text(rest + 1);
	if (secret_text)
		take_code(&split, secret_text, wall_ms);
	mem_free_secret(secret_text);
	return split;
}

void totp_split_done(struct totp_split *split)
{
	free(TAKE(split->hash));
	mem_free_secret(TAKE(split->password));
}

void totp_mask(void *bytes, size_t length)
{
	char *at = bytes, *end = at + length;

	while ((at = memmem(at, (size_t) (end - at), TOTP_PREFIX, strlen(TOTP_PREFIX))))
		for (at += strlen(TOTP_PREFIX); at < end && base32_value(*at) >= 0; at++)
			*at = 'A';
}
