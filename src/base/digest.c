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

static const EVP_MD *digest_method(enum digest_kind kind)
{
	switch (kind) {
	case DIGEST_KIND_SHA1:
		return EVP_sha1();
	case DIGEST_KIND_SHA256:
		return EVP_sha256();
	case DIGEST_KIND_SHA512:
		return EVP_sha512();
	}
	return NULL;
}

void digest_hmac_of(enum digest_kind kind, struct digest_input key, struct digest_input input,
	uint8_t *ret_bytes)
{
	const unsigned char *result;

	forbid_openssl_cnf();
	result = HMAC(digest_method(kind), digest_bytes(key), (int) key.length, digest_bytes(input),
		input.length, ret_bytes, NULL);
	assert(result);
}

struct digest digest_hmac(struct digest_input key, struct digest_input input)
{
	struct digest digest;

	digest_hmac_of(DIGEST_KIND_SHA256, key, input, digest.bytes);
	return digest;
}

void digest_pbkdf2_of(enum digest_kind kind, struct digest_input password, struct digest_input salt,
	uint32_t rounds, uint8_t *ret_bytes)
{
	const EVP_MD *method = digest_method(kind);
	int result;

	assert(rounds && rounds <= INT32_MAX);
	forbid_openssl_cnf();
	result =
		PKCS5_PBKDF2_HMAC(digest_bytes(password), (int) password.length, digest_bytes(salt),
			(int) salt.length, (int) rounds, method, EVP_MD_size(method), ret_bytes);
	assert(result == 1);
}

struct digest digest_pbkdf2(struct digest_input password, struct digest_input salt, uint32_t rounds)
{
	struct digest digest;

	digest_pbkdf2_of(DIGEST_KIND_SHA256, password, salt, rounds, digest.bytes);
	return digest;
}

bool digest_equals(const struct digest *a, const struct digest *b)
{
	volatile unsigned int difference = 0;

	for (size_t i = 0; i < DIGEST_BYTES; i++)
		difference |= (unsigned int) (a->bytes[i] ^ b->bytes[i]);
	return !difference;
}
