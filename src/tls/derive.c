/* Owns the functions of TLS 1.2 and 1.3 that derive keys. */
#include "tls/derive.h"

#include <assert.h>
#include <string.h>

#define LABEL_PREFIX "tls13 "
#define MASTER_BYTES 48
#define SEED_BYTES 64
#define BLOCK_LABEL "key expansion"
#define N_BLOCK_LABEL (sizeof(BLOCK_LABEL) - 1)

/* The first block of HKDF-Expand is enough (RFC 5869 2.3): HMAC of HkdfLabel and a byte. */
void tls_derive_label(struct tls_hmac *hmac, const struct tls_suite *suite, const uint8_t *secret,
	const char *label, struct tls_bytes out)
{
	const size_t n_label = strlen(label), n_prefix = strlen(LABEL_PREFIX);
	const uint8_t head[] = { 0, (uint8_t) out.length, (uint8_t) (n_prefix + n_label) };
	const uint8_t tail[] = { 0, 1 }; /* no context; the first block */
	uint8_t digest[TLS_HASH_MAX];

	assert(out.length <= suite->hash_bytes);
	tls_hmac_begin(hmac, suite, secret, suite->hash_bytes);
	tls_hmac_put(hmac, head, sizeof(head));
	tls_hmac_put(hmac, LABEL_PREFIX, n_prefix);
	tls_hmac_put(hmac, label, n_label);
	tls_hmac_put(hmac, tail, sizeof(tail));
	tls_hmac_end(hmac, digest);
	memcpy(out.bytes, digest, out.length);
	explicit_bzero(digest, sizeof(digest));
}

static void hmac_with_master(struct tls_hmac *hmac, const struct tls_suite *suite,
	const struct tls_prf *prf, struct tls_bytes text, uint8_t ret_digest[TLS_HASH_MAX])
{
	tls_hmac_begin(hmac, suite, prf->master, MASTER_BYTES);
	tls_hmac_put(hmac, text.bytes, text.length);
	tls_hmac_end(hmac, ret_digest);
}

/* P_hash, RFC 5246 5: A(i) is the HMAC of A(i - 1), or of the seed at first; the output is the
 * HMACs of each A(i) with the seed. */
void tls_derive_block(struct tls_hmac *hmac, const struct tls_suite *suite,
	const struct tls_prf *prf, struct tls_bytes out)
{
	uint8_t text[TLS_HASH_MAX + N_BLOCK_LABEL + SEED_BYTES], digest[TLS_HASH_MAX];
	const struct tls_bytes a = { text, suite->hash_bytes };
	const struct tls_bytes seed = { text + a.length, N_BLOCK_LABEL + SEED_BYTES };
	const struct tls_bytes both = { text, a.length + seed.length };

	memcpy(seed.bytes, BLOCK_LABEL, N_BLOCK_LABEL);
	memcpy(seed.bytes + N_BLOCK_LABEL, prf->seed, SEED_BYTES);
	hmac_with_master(hmac, suite, prf, seed, a.bytes);
	for (size_t at = 0; at < out.length; at += a.length) {
		size_t left = out.length - at;

		if (at)
			hmac_with_master(hmac, suite, prf, a, a.bytes);
		hmac_with_master(hmac, suite, prf, both, digest);
		memcpy(out.bytes + at, digest, left < a.length ? left : a.length);
	}
	explicit_bzero(text, sizeof(text));
	explicit_bzero(digest, sizeof(digest));
}
