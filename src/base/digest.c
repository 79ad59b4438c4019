/* Owns the calls of libcrypto that compute digests. */
#include "base/digest.h"

#include <assert.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

/* libcrypto does this once for the process, and ignores it from then on. */
static void forbid_openssl_cnf(void)
{
	int result = OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);

	assert(result == 1);
}

/* Some functions of libcrypto take NULL for a wish of their own. */
static const void *digest_bytes(struct digest_input input)
{
	assert(input.length <= DIGEST_MOST_BYTES);
	return input.length ? input.bytes : "";
}

struct digest digest_sha256(struct digest_input input)
{
	struct digest digest;
	const unsigned char *result;

	forbid_openssl_cnf();
	result = SHA256(digest_bytes(input), input.length, digest.bytes);
	assert(result);
	return digest;
}

struct digest digest_hmac(struct digest_input key, struct digest_input input)
{
	struct digest digest;
	const unsigned char *result;

	forbid_openssl_cnf();
	result = HMAC(EVP_sha256(), digest_bytes(key), (int) key.length, digest_bytes(input),
		input.length, digest.bytes, NULL);
	assert(result);
	return digest;
}

void digest_hmac_sha1(
	struct digest_input key, struct digest_input input, uint8_t ret_bytes[DIGEST_SHA1_BYTES])
{
	const unsigned char *result;

	forbid_openssl_cnf();
	result = HMAC(EVP_sha1(), digest_bytes(key), (int) key.length, digest_bytes(input),
		input.length, ret_bytes, NULL);
	assert(result);
}

struct digest digest_pbkdf2(struct digest_input password, struct digest_input salt, uint32_t rounds)
{
	struct digest digest;
	int result;

	assert(rounds && rounds <= INT32_MAX);
	forbid_openssl_cnf();
	result =
		PKCS5_PBKDF2_HMAC(digest_bytes(password), (int) password.length, digest_bytes(salt),
			(int) salt.length, (int) rounds, EVP_sha256(), DIGEST_BYTES, digest.bytes);
	assert(result == 1);
	return digest;
}

void digest_hmac_sha512(
	struct digest_input key, struct digest_input input, uint8_t ret_bytes[DIGEST_SHA512_BYTES])
{
	const unsigned char *result;

	forbid_openssl_cnf();
	result = HMAC(EVP_sha512(), digest_bytes(key), (int) key.length, digest_bytes(input),
		input.length, ret_bytes, NULL);
	assert(result);
}

void digest_pbkdf2_sha512(struct digest_input password, struct digest_input salt, uint32_t rounds,
	uint8_t ret_bytes[DIGEST_SHA512_BYTES])
{
	int result;

	assert(rounds && rounds <= INT32_MAX);
	forbid_openssl_cnf();
	result = PKCS5_PBKDF2_HMAC(digest_bytes(password), (int) password.length,
		digest_bytes(salt), (int) salt.length, (int) rounds, EVP_sha512(),
		DIGEST_SHA512_BYTES, ret_bytes);
	assert(result == 1);
}

bool digest_equals(const struct digest *a, const struct digest *b)
{
	volatile unsigned int difference = 0;

	for (size_t i = 0; i < DIGEST_BYTES; i++)
		difference |= (unsigned int) (a->bytes[i] ^ b->bytes[i]);
	return !difference;
}
