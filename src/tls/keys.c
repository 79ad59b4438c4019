/* Owns the derivation of keys, and the nonces. */
#include "tls/keys.h"

#include <assert.h>
#include <endian.h>
#include <string.h>

#include "tls/derive.h"

_Static_assert(sizeof(struct tls_keys) == 2 * sizeof(struct tls_direction) + 24, "no gaps");
_Static_assert(sizeof(struct tls_keys) <= 300, "each TLS connection has one");

static void expand_key(
	struct tls_crypto *crypto, const struct tls_suite *suite, struct tls_direction *direction)
{
	struct tls_hmac *hmac = tls_crypto_hmac(crypto);
	const uint8_t *secret = direction->secret;

	tls_derive_label(
		hmac, suite, secret, "key", (struct tls_bytes){ direction->key, suite->key_bytes });
	tls_derive_label(
		hmac, suite, secret, "iv", (struct tls_bytes){ direction->iv, suite->iv_bytes });
}

bool tls_keys_from_1_3_secrets(struct tls_crypto *crypto, uint16_t id, const uint8_t *read,
	const uint8_t *write, struct tls_keys *ret_keys)
{
	const struct tls_suite *suite = tls_suite_find(id);

	if (!suite || !suite->is_1_3)
		return false;

	*ret_keys = (struct tls_keys){ .suite = id, .max_fragment = TLS_PLAIN_MAX };
	memcpy(ret_keys->read.secret, read, suite->hash_bytes);
	memcpy(ret_keys->write.secret, write, suite->hash_bytes);
	expand_key(crypto, suite, &ret_keys->read);
	expand_key(crypto, suite, &ret_keys->write);
	return true;
}

/* RFC 5246 6.3: the client's key, the server's key, the client's iv, the server's iv. */
static void split_block(
	const struct tls_suite *suite, const uint8_t *block, struct tls_keys *ret_keys)
{
	memcpy(ret_keys->read.key, block, suite->key_bytes);
	block += suite->key_bytes;
	memcpy(ret_keys->write.key, block, suite->key_bytes);
	block += suite->key_bytes;
	memcpy(ret_keys->read.iv, block, suite->iv_bytes);
	block += suite->iv_bytes;
	memcpy(ret_keys->write.iv, block, suite->iv_bytes);
}

bool tls_keys_from_1_2_master(struct tls_crypto *crypto, uint16_t id, const uint8_t master[48],
	const uint8_t randoms[64], struct tls_keys *ret_keys)
{
	const struct tls_suite *suite = tls_suite_find(id);
	const struct tls_prf prf = { master, randoms };
	uint8_t block[2 * (TLS_KEY_MAX + TLS_NONCE_BYTES)];
	struct tls_bytes out = { block, 0 };

	if (!suite || suite->is_1_3)
		return false;

	*ret_keys = (struct tls_keys){ .suite = id, .max_fragment = TLS_PLAIN_MAX };
	ret_keys->read.number = ret_keys->write.number = 1;
	out.length = 2u * (suite->key_bytes + suite->iv_bytes);
	tls_derive_block(tls_crypto_hmac(crypto), suite, &prf, out);
	split_block(suite, block, ret_keys);
	explicit_bzero(block, sizeof(block));
	return true;
}

static bool is_fragment_limit(uint16_t bytes)
{
	return bytes == 512 || bytes == 1024 || bytes == 2048 || bytes == 4096 ||
	       bytes == TLS_PLAIN_MAX;
}

/* A key of zeros was never derived, and everybody knows it. No connection gets as far as half of
 * the numbers. */
static bool is_direction_valid(const struct tls_direction *direction)
{
	static const uint8_t zeros[TLS_KEY_MAX];

	return memcmp(direction->key, zeros, sizeof(zeros)) != 0 && direction->number <= INT64_MAX;
}

bool tls_keys_are_valid(const struct tls_keys *keys)
{
	const struct tls_suite *suite = tls_suite_find(keys->suite);

	return suite && is_direction_valid(&keys->read) && is_direction_valid(&keys->write) &&
	       is_fragment_limit(keys->max_fragment) && keys->flags <= TLS_FLAGS_MAX &&
	       keys->n_partial < (suite->is_1_3 ? TLS_KEY_UPDATE_BYTES : TLS_HANDSHAKE_HEAD_BYTES);
}

const struct tls_suite *tls_keys_suite(const struct tls_keys *keys)
{
	const struct tls_suite *suite = tls_suite_find(keys->suite);

	assert(suite);
	return suite;
}

static struct tls_key tls_keys_key(
	const struct tls_keys *keys, const struct tls_direction *direction)
{
	return (struct tls_key){ tls_keys_suite(keys), direction->key, direction->iv };
}

struct tls_box tls_keys_box(const struct tls_keys *keys, const struct tls_direction *direction)
{
	struct tls_box box = { .key = tls_keys_key(keys, direction) };
	uint64_t number = htobe64(direction->number), last;
	uint8_t *end = box.nonce + sizeof(box.nonce) - sizeof(number);

	/* Where a record carries a part of the nonce, the iv has zeros. */
	memcpy(box.nonce, direction->iv, sizeof(box.nonce));
	memcpy(&last, end, sizeof(last));
	last ^= number;
	memcpy(end, &last, sizeof(last));
	return box;
}

void tls_keys_update(
	struct tls_crypto *crypto, const struct tls_suite *suite, struct tls_direction *direction)
{
	const struct tls_key old = { suite, direction->key, direction->iv };
	uint8_t secret[TLS_SECRET_MAX] = { 0 };

	tls_crypto_forget(crypto, &old);
	tls_derive_label(tls_crypto_hmac(crypto), suite, direction->secret, "traffic upd",
		(struct tls_bytes){ secret, suite->hash_bytes });
	memcpy(direction->secret, secret, sizeof(secret));
	explicit_bzero(secret, sizeof(secret));
	expand_key(crypto, suite, direction);
	direction->n_updates++;
	direction->number = 0;
}

void tls_keys_wipe(struct tls_crypto *crypto, struct tls_keys *keys)
{
	const struct tls_suite *suite = tls_suite_find(keys->suite);

	if (suite) {
		tls_crypto_forget(
			crypto, &(struct tls_key){ suite, keys->read.key, keys->read.iv });
		tls_crypto_forget(
			crypto, &(struct tls_key){ suite, keys->write.key, keys->write.iv });
	}
	explicit_bzero(keys, sizeof(*keys));
}
