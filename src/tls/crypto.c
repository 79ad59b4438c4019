/* Owns the cipher contexts, and everything that libcrypto allocates for them.
 *
 * The results depend on no file: the library context is our own, and libcrypto is told not to read
 * openssl.cnf, which it would do at the first HMAC. Fetching the algorithms once is much cheaper
 * than naming them in each call.
 *
 * The cache has sets of a few entries. A context that was used lately is never evicted: a fan-out
 * to more clients than there are entries would otherwise evict each context shortly before its
 * next use. */
#include "tls/crypto.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/cleanup.h"
#include "base/mem.h"

#define WAYS 4
#define SETS (TLS_CACHED / WAYS)
/* Records since the last use, after which a context may go to another key. */
#define STALE (64 * TLS_CACHED)
#define KEY_BYTES 32 /* the longest */

struct cached {
	EVP_CIPHER_CTX *context; /* NULL: unused */
	uint64_t used_at;
	enum tls_cipher cipher;
	uint8_t key[KEY_BYTES];
};

struct tls_crypto {
	OSSL_LIB_CTX *library;
	EVP_CIPHER *ciphers[TLS_CIPHERS];
	struct tls_hmac *hmac;
	EVP_CIPHER_CTX *shared[TLS_CIPHERS];
	uint64_t n_records;
	struct cached cache[SETS][WAYS];
};

static const char *const cipher_names[TLS_CIPHERS] = {
	[TLS_CIPHER_AES_128_GCM] = "AES-128-GCM",
	[TLS_CIPHER_AES_256_GCM] = "AES-256-GCM",
	[TLS_CIPHER_CHACHA20_POLY1305] = "ChaCha20-Poly1305",
};

static void must(int result)
{
	assert(result == 1);
}

struct tls_crypto *tls_crypto_new(void)
{
	struct tls_crypto *crypto = mem_new(sizeof(*crypto));

	must(OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL));
	crypto->library = OSSL_LIB_CTX_new();
	assert(crypto->library);
	for (int i = 0; i < TLS_CIPHERS; i++) {
		crypto->ciphers[i] = EVP_CIPHER_fetch(crypto->library, cipher_names[i], NULL);
		crypto->shared[i] = EVP_CIPHER_CTX_new();
		assert(crypto->ciphers[i] && crypto->shared[i]);
	}
	crypto->hmac = tls_hmac_new(crypto->library);
	return crypto;
}

/* libcrypto overwrites a context before it frees it. */
static void drop_cached(struct cached *cached)
{
	EVP_CIPHER_CTX_free(cached->context);
	explicit_bzero(cached, sizeof(*cached));
}

void tls_crypto_free(struct tls_crypto *crypto)
{
	if (!crypto)
		return;
	for (int set = 0; set < SETS; set++)
		for (int way = 0; way < WAYS; way++)
			if (crypto->cache[set][way].context)
				drop_cached(&crypto->cache[set][way]);
	for (int i = 0; i < TLS_CIPHERS; i++) {
		EVP_CIPHER_CTX_free(crypto->shared[i]);
		EVP_CIPHER_free(crypto->ciphers[i]);
	}
	tls_hmac_free(crypto->hmac);
	OSSL_LIB_CTX_free(crypto->library);
	free(crypto);
}

static struct cached *cache_set(struct tls_crypto *crypto, const struct tls_key *key)
{
	uint32_t bits;

	memcpy(&bits, key->iv, sizeof(bits));
	return crypto->cache[bits % SETS];
}

/* The first bytes decide nearly always, and need no call. */
static bool is_cached(const struct cached *cached, const struct tls_key *key)
{
	uint64_t first[2];

	memcpy(&first[0], cached->key, sizeof(first[0]));
	memcpy(&first[1], key->bytes, sizeof(first[1]));
	return first[0] == first[1] && cached->context && cached->cipher == key->suite->cipher &&
	       memcmp(cached->key, key->bytes, key->suite->key_bytes) == 0;
}

static struct cached *find_cached(struct cached *set, const struct tls_key *key)
{
	for (int way = 0; way < WAYS; way++)
		if (is_cached(&set[way], key))
			return &set[way];
	return NULL;
}

/* An entry that is unused or stale, or NULL. */
static struct cached *find_vacant(const struct tls_crypto *crypto, struct cached *set)
{
	struct cached *oldest = &set[0];

	for (int way = 0; way < WAYS; way++) {
		if (!set[way].context)
			return &set[way];
		if (set[way].used_at < oldest->used_at)
			oldest = &set[way];
	}
	return crypto->n_records - oldest->used_at > STALE ? oldest : NULL;
}

static EVP_CIPHER_CTX *occupy(struct cached *cached, const struct tls_key *key)
{
	EVP_CIPHER_CTX *context = TAKE(cached->context);

	if (!context)
		context = EVP_CIPHER_CTX_new();
	assert(context);
	explicit_bzero(cached, sizeof(*cached));
	cached->context = context;
	cached->cipher = key->suite->cipher;
	memcpy(cached->key, key->bytes, key->suite->key_bytes);
	return context;
}

/* A context with the key and nonce of the record. Each one keeps its key for the next record, and
 * may change the direction. */
static EVP_CIPHER_CTX *begin_record(struct tls_crypto *crypto, const struct tls_box *box, int seals)
{
	struct cached *set = cache_set(crypto, &box->key);
	struct cached *cached = find_cached(set, &box->key);
	enum tls_cipher cipher = box->key.suite->cipher;
	const EVP_CIPHER *fetched = NULL;
	const uint8_t *key = NULL;
	EVP_CIPHER_CTX *context;

	crypto->n_records++;
	if (cached) {
		context = cached->context;
	} else {
		cached = find_vacant(crypto, set);
		context = cached ? occupy(cached, &box->key) : crypto->shared[cipher];
		key = box->key.bytes;
		if (EVP_CIPHER_CTX_get0_cipher(context) != crypto->ciphers[cipher])
			fetched = crypto->ciphers[cipher];
	}
	if (cached)
		cached->used_at = crypto->n_records;
	must(EVP_CipherInit_ex2(context, fetched, key, box->nonce, seals, NULL));
	return context;
}

/* Lengths of records are far below the largest int. */
static void feed_record(EVP_CIPHER_CTX *context, const struct tls_box *box)
{
	int length;

	must(EVP_CipherUpdate(context, NULL, &length, box->head, (int) box->head_length));
	if (box->length)
		must(EVP_CipherUpdate(context, box->out, &length, box->in, (int) box->length));
}

void tls_crypto_seal(struct tls_crypto *crypto, const struct tls_box *box)
{
	EVP_CIPHER_CTX *context = begin_record(crypto, box, 1);
	int length;

	feed_record(context, box);
	must(EVP_CipherFinal_ex(context, box->out + box->length, &length));
	must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, TLS_TAG_BYTES, box->tag));
}

bool tls_crypto_open(struct tls_crypto *crypto, const struct tls_box *box)
{
	EVP_CIPHER_CTX *context = begin_record(crypto, box, 0);
	int length;

	must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, TLS_TAG_BYTES, box->tag));
	feed_record(context, box);
	if (EVP_CipherFinal_ex(context, box->out + box->length, &length) == 1)
		return true;
	explicit_bzero(box->out, box->length);
	return false;
}

void tls_crypto_forget(struct tls_crypto *crypto, const struct tls_key *key)
{
	struct cached *cached = find_cached(cache_set(crypto, key), key);

	if (cached)
		drop_cached(cached);
}

struct tls_hmac *tls_crypto_hmac(const struct tls_crypto *crypto)
{
	return crypto->hmac;
}
