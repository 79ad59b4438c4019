/* Owns HMAC, from libcrypto's hashes. */
#include "tls/hmac.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/mem.h"

#define BLOCK_MAX 128
#define INNER_PAD 0x36 /* RFC 2104 2 */
#define OUTER_PAD 0x5c

struct tls_hmac {
	EVP_MD *hashes[TLS_HASHES];
	EVP_MD_CTX *context;
	const EVP_MD *hash; /* of the one under way */
	size_t block_bytes;
	uint8_t pad[BLOCK_MAX]; /* secret */
};

static const char *const hash_names[TLS_HASHES] = {
	[TLS_HASH_SHA256] = "SHA256",
	[TLS_HASH_SHA384] = "SHA384",
};

static void must_hash(int result)
{
	assert(result == 1);
}

struct tls_hmac *tls_hmac_new(OSSL_LIB_CTX *library)
{
	struct tls_hmac *hmac = mem_new(sizeof(*hmac));

	for (int i = 0; i < TLS_HASHES; i++) {
		hmac->hashes[i] = EVP_MD_fetch(library, hash_names[i], NULL);
		assert(hmac->hashes[i]);
	}
	hmac->context = EVP_MD_CTX_new();
	assert(hmac->context);
	return hmac;
}

void tls_hmac_free(struct tls_hmac *hmac)
{
	if (!hmac)
		return;
	EVP_MD_CTX_free(hmac->context);
	for (int i = 0; i < TLS_HASHES; i++)
		EVP_MD_free(hmac->hashes[i]);
	free(hmac);
}

static void begin_hash(struct tls_hmac *hmac, uint8_t pad)
{
	for (size_t i = 0; i < hmac->block_bytes; i++)
		hmac->pad[i] ^= pad;
	must_hash(EVP_DigestInit_ex2(hmac->context, hmac->hash, NULL));
	tls_hmac_put(hmac, hmac->pad, hmac->block_bytes);
}

void tls_hmac_begin(
	struct tls_hmac *hmac, const struct tls_suite *suite, const uint8_t *key, size_t length)
{
	hmac->hash = hmac->hashes[suite->hash];
	hmac->block_bytes = (size_t) EVP_MD_get_block_size(hmac->hash);
	assert(length <= hmac->block_bytes && hmac->block_bytes <= sizeof(hmac->pad));
	memset(hmac->pad, 0, sizeof(hmac->pad));
	memcpy(hmac->pad, key, length);
	begin_hash(hmac, INNER_PAD);
}

void tls_hmac_put(struct tls_hmac *hmac, const void *bytes, size_t length)
{
	must_hash(EVP_DigestUpdate(hmac->context, bytes, length));
}

void tls_hmac_end(struct tls_hmac *hmac, uint8_t ret_digest[TLS_HASH_MAX])
{
	unsigned int length;

	must_hash(EVP_DigestFinal_ex(hmac->context, ret_digest, &length));
	begin_hash(hmac, INNER_PAD ^ OUTER_PAD);
	tls_hmac_put(hmac, ret_digest, length);
	must_hash(EVP_DigestFinal_ex(hmac->context, ret_digest, NULL));
	must_hash(EVP_MD_CTX_reset(hmac->context)); /* it overwrites what it had of the key */
	explicit_bzero(hmac->pad, sizeof(hmac->pad));
}
