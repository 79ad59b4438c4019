/* The cache of cipher contexts: its results do not depend on what it has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "tls/crypto.h"

#define MANY (3 * TLS_CACHED)
#define TEXT "PRIVMSG #garden :hello\r\n"
#define TEXT_BYTES (sizeof(TEXT) - 1)

static const uint16_t suites[] = { 0x1301, 0x1302, 0x1303 };

struct sealed {
	uint8_t bytes[TEXT_BYTES];
	uint8_t tag[TLS_TAG_BYTES];
};

struct secret {
	uint8_t key[32];
	uint8_t iv[TLS_NONCE_BYTES];
};

static struct secret secret_of(uint64_t client)
{
	struct secret secret;
	uint8_t *bytes = (uint8_t *) &secret;

	for (size_t i = 0; i < sizeof(secret); i++)
		bytes[i] = (uint8_t) hash_random(&client);
	return secret;
}

static struct tls_box box_of(uint64_t client, const struct secret *secret, uint8_t *tag)
{
	struct tls_box box = {
		.key = { tls_suite_find(suites[client % 3]), secret->key, secret->iv },
		.nonce = { 1 },
		.head = (const uint8_t *) "head",
		.head_length = 4,
		.length = TEXT_BYTES,
		.tag = tag,
	};

	return box;
}

static struct sealed seal_text(struct tls_crypto *crypto, uint64_t client)
{
	struct secret secret = secret_of(client);
	struct sealed sealed;
	struct tls_box box = box_of(client, &secret, sealed.tag);

	box.in = (const uint8_t *) TEXT;
	box.out = sealed.bytes;
	tls_crypto_seal(crypto, &box);
	return sealed;
}

static bool opens(struct tls_crypto *crypto, uint64_t client, struct sealed *sealed)
{
	struct secret secret = secret_of(client);
	struct tls_box box = box_of(client, &secret, sealed->tag);
	uint8_t plain[TEXT_BYTES];

	box.in = sealed->bytes;
	box.out = plain;
	return tls_crypto_open(crypto, &box) && memcmp(plain, TEXT, TEXT_BYTES) == 0;
}

static void forget(struct tls_crypto *crypto, uint64_t client)
{
	struct secret secret = secret_of(client);
	struct tls_key key = { tls_suite_find(suites[client % 3]), secret.key, secret.iv };

	tls_crypto_forget(crypto, &key);
}

static struct sealed seal_alone(uint64_t client)
{
	struct tls_crypto *crypto = tls_crypto_new();
	struct sealed sealed = seal_text(crypto, client);

	tls_crypto_free(crypto);
	return sealed;
}

/* More clients than the cache has room for, in several orders. */
static void each_client_has_its_own_key(void **state)
{
	struct tls_crypto *crypto = tls_crypto_new();
	struct sealed sealed;

	(void) state;
	for (uint64_t i = 0; i < MANY; i += 97) {
		struct sealed alone = seal_alone(i);

		sealed = seal_text(crypto, i);
		assert_memory_equal(&sealed, &alone, sizeof(alone));
	}
	for (int round = 0; round < 3; round++) {
		for (uint64_t i = 0; i < MANY; i++) {
			uint64_t client = round % 2 ? MANY - 1 - i : i;

			sealed = seal_text(crypto, client);
			assert_true(opens(crypto, client, &sealed));
			assert_false(opens(crypto, client + 3, &sealed));
		}
	}
	tls_crypto_free(crypto);
}

/* By then, entries of the first clients have gone to the last ones. */
static void a_client_that_was_silent_for_long_keeps_its_key(void **state)
{
	struct tls_crypto *crypto = tls_crypto_new();
	struct sealed alone = seal_alone(MANY), sealed;

	(void) state;
	for (uint64_t i = 0; i < MANY; i++)
		seal_text(crypto, i);
	for (uint64_t i = 0; i < 65 * TLS_CACHED; i++)
		seal_text(crypto, MANY + i % 7);
	for (uint64_t i = 0; i < MANY; i += 31) {
		sealed = seal_text(crypto, i);
		assert_true(opens(crypto, i, &sealed));
	}
	sealed = seal_text(crypto, MANY);
	assert_memory_equal(&sealed, &alone, sizeof(alone));
	tls_crypto_free(crypto);
}

static struct sealed seal_with(
	struct tls_crypto *crypto, const struct secret *secret, uint16_t suite)
{
	struct sealed sealed;
	struct tls_box box = box_of(0, secret, sealed.tag);

	box.key.suite = tls_suite_find(suite);
	box.in = (const uint8_t *) TEXT;
	box.out = sealed.bytes;
	tls_crypto_seal(crypto, &box);
	return sealed;
}

/* The cache also looks at the last byte. */
static void keys_that_are_nearly_the_same_are_two(void **state)
{
	struct tls_crypto *crypto = tls_crypto_new(), *other = tls_crypto_new();
	struct secret first = secret_of(1), second = first;
	struct sealed cached, alone;

	(void) state;
	second.key[31] ^= 1;
	seal_with(crypto, &first, 0x1302);
	cached = seal_with(crypto, &second, 0x1302);
	alone = seal_with(other, &second, 0x1302);
	assert_memory_equal(&cached, &alone, sizeof(alone));
	tls_crypto_free(crypto);
	tls_crypto_free(other);
}

static void one_key_may_serve_two_ciphers(void **state)
{
	struct tls_crypto *crypto = tls_crypto_new(), *other = tls_crypto_new();
	struct secret secret = secret_of(1);
	struct sealed cached, alone;

	(void) state;
	seal_with(crypto, &secret, 0x1302);
	cached = seal_with(crypto, &secret, 0x1303);
	alone = seal_with(other, &secret, 0x1303);
	assert_memory_equal(&cached, &alone, sizeof(alone));
	tls_crypto_free(crypto);
	tls_crypto_free(other);
}

static void a_forgotten_key_can_come_back(void **state)
{
	struct tls_crypto *crypto = tls_crypto_new();
	struct sealed first, second;

	(void) state;
	forget(crypto, 5);
	first = seal_text(crypto, 5);
	forget(crypto, 5);
	forget(crypto, 5);
	second = seal_text(crypto, 5);
	assert_memory_equal(&first, &second, sizeof(first));
	tls_crypto_free(crypto);
}

static void a_record_that_fails_harms_no_other(void **state)
{
	struct tls_crypto *crypto = tls_crypto_new();

	(void) state;
	for (uint64_t client = 0; client < 3; client++) {
		struct sealed sealed = seal_text(crypto, client), bad = sealed;

		bad.tag[0] ^= 1;
		assert_false(opens(crypto, client, &bad));
		assert_true(opens(crypto, client, &sealed));
	}
	tls_crypto_free(crypto);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_client_has_its_own_key),
		cmocka_unit_test(a_client_that_was_silent_for_long_keeps_its_key),
		cmocka_unit_test(keys_that_are_nearly_the_same_are_two),
		cmocka_unit_test(one_key_may_serve_two_ciphers),
		cmocka_unit_test(a_forgotten_key_can_come_back),
		cmocka_unit_test(a_record_that_fails_harms_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
