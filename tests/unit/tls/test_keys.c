/* Keys from the secrets of a handshake. Vectors without a source were computed with Python's
 * hmac. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "hex.h"
#include "tls/keys.h"

/* RFC 8448 3: {client,server}_application_traffic_secret_0, and the keys of application data */
#define CLIENT_SECRET "9e40646ce79a7f9dc05af8889bce6552 875afa0b06df0087f792ebb7c17504a5"
#define CLIENT_KEY "17422dda596ed5d9acd890e3c63f5051"
#define CLIENT_IV "5b78923dee08579033e523d9"
#define SERVER_SECRET "a11af9f05531f856ad47116b45a95032 8204b4f44bfb6b3a4b4f1f3fcb631643"
#define SERVER_KEY "9f02283b6c9c07efc26bb9f2ac92e356"
#define SERVER_IV "cf782b88dd83549aadf1e984"

static int setup(void **state)
{
	*state = tls_crypto_new();
	return 0;
}

static int teardown(void **state)
{
	tls_crypto_free(*state);
	return 0;
}

static struct tls_keys rfc_8448_keys(struct tls_crypto *crypto)
{
	uint8_t client[TLS_SECRET_MAX], server[TLS_SECRET_MAX];
	struct tls_keys keys;

	hex_parse(CLIENT_SECRET, client, sizeof(client));
	hex_parse(SERVER_SECRET, server, sizeof(server));
	assert_true(tls_keys_from_1_3_secrets(crypto, 0x1301, client, server, &keys));
	return keys;
}

static void secrets_give_the_keys_of_rfc_8448(void **state)
{
	struct tls_keys keys = rfc_8448_keys(*state);

	assert_hex(keys.read.key, 16, CLIENT_KEY);
	assert_hex(keys.read.iv, sizeof(keys.read.iv), CLIENT_IV);
	assert_hex(keys.write.key, 16, SERVER_KEY);
	assert_hex(keys.write.iv, sizeof(keys.write.iv), SERVER_IV);
	assert_int_equal(keys.read.number, 0);
	assert_int_equal(keys.write.number, 0);
	assert_true(tls_keys_are_valid(&keys));
}

static void each_update_gives_the_next_secret_and_key(void **state)
{
	struct tls_keys keys = rfc_8448_keys(*state);
	const struct tls_suite *suite = tls_keys_suite(&keys);

	keys.read.number = 7;
	tls_keys_update(*state, suite, &keys.read);
	assert_hex(keys.read.secret, 32,
		"fcdfcc72725aaee48bf64e4fd8b749cdbdbab39d90da0b26e2245ca6ea167207");
	assert_hex(keys.read.key, 16, "3879d82f5f14056e623f2ce5bfc66fce");
	assert_hex(keys.read.iv, sizeof(keys.read.iv), "5dfb2c5938c3379b6cc5d1f2");
	assert_int_equal(keys.read.number, 0);
	assert_int_equal(keys.read.n_updates, 1);

	tls_keys_update(*state, suite, &keys.read);
	assert_hex(keys.read.key, 16, "215f086ece93c88043a7d492b236c774");
	assert_hex(keys.read.iv, sizeof(keys.read.iv), "f3c0ed95225a0800394de786");
	assert_int_equal(keys.read.n_updates, 2);

	/* the other direction stays */
	assert_hex(keys.write.key, 16, SERVER_KEY);
	assert_int_equal(keys.write.n_updates, 0);
}

static void secrets_of_sha384_are_longer(void **state)
{
	uint8_t secret[TLS_SECRET_MAX];
	struct tls_keys keys;

	for (size_t i = 0; i < sizeof(secret); i++)
		secret[i] = (uint8_t) i;
	assert_true(tls_keys_from_1_3_secrets(*state, 0x1302, secret, secret, &keys));
	assert_hex(keys.write.key, 32,
		"6877d022f1c61d24ebb7487c16752d9a4798e40431c75b39320e537c90e23225");
	assert_hex(keys.write.iv, sizeof(keys.write.iv), "42822531a0fe88648fc09e9f");
	tls_keys_update(*state, tls_keys_suite(&keys), &keys.write);
	assert_hex(keys.write.secret, 48,
		"401331b63e9d59f202e8f041042d9516f4cd7fa2e2ee14631d3b49fc340d7af3"
		"7fc2c0c9f252d8036f81ec5b85cbe5db");
	assert_hex(keys.write.key, 32,
		"eb354f3b48924ed78de34dd8aa6a6a0a51d857ddad1454d5cfa7b69f60712911");
	assert_hex(keys.write.iv, sizeof(keys.write.iv), "8478ffbe4f2e5450789775b3");
}

static void a_master_secret_gives_the_key_block(void **state)
{
	static const struct {
		uint16_t suite;
		size_t key_bytes, iv_bytes;
		const char *keys[2], *ivs[2]; /* the client's first */
	} rows[] = {
		{ 0xc02b, 16, 4,
			{ "28685edb204ecc92242de5440cbbaab2", "63b26917badda780ffac162c8d5a190d" },
			{ "b504e222", "3d7549b8" } },
		{ 0xc030, 32, 4,
			{ "1ef6cb01527c4d5a83d5dc42afa62a9c27b940128ab240da3008c18b191d6cb9",
				"11854353158b4b09047f65222a9e79e2a9484d3fc2388fcec5cd7a5cf1323e9"
				"3" },
			{ "599425a4", "30ec6306" } },
		{ 0xcca8, 32, 12,
			{ "28685edb204ecc92242de5440cbbaab263b26917badda780ffac162c8d5a190d",
				"b504e2223d7549b8deb0af27d736ac5666527337fcb51c0d659d1398611083c"
				"a" },
			{ "e380cb76348f8fb5f66c1aaa", "dfb43993d9bb3485d741c1cc" } },
	};
	uint8_t master[48], randoms[64];
	struct tls_keys keys;

	for (size_t i = 0; i < sizeof(master); i++)
		master[i] = (uint8_t) i;
	for (size_t i = 0; i < sizeof(randoms); i++)
		randoms[i] = (uint8_t) (100 + i);
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		assert_true(
			tls_keys_from_1_2_master(*state, rows[i].suite, master, randoms, &keys));
		assert_hex(keys.read.key, rows[i].key_bytes, rows[i].keys[0]);
		assert_hex(keys.write.key, rows[i].key_bytes, rows[i].keys[1]);
		assert_hex(keys.read.iv, rows[i].iv_bytes, rows[i].ivs[0]);
		assert_hex(keys.write.iv, rows[i].iv_bytes, rows[i].ivs[1]);
		assert_int_equal(keys.read.number, 1);
		assert_int_equal(keys.write.number, 1);
	}
}

static void a_suite_of_another_version_is_refused(void **state)
{
	static const uint8_t secret[64];
	struct tls_keys keys;

	assert_false(tls_keys_from_1_3_secrets(*state, 0xc02b, secret, secret, &keys));
	assert_false(tls_keys_from_1_2_master(*state, 0x1301, secret, secret, &keys));
	assert_false(tls_keys_from_1_3_secrets(*state, 0x1304, secret, secret, &keys));
	assert_false(tls_keys_from_1_2_master(*state, 0xc02d, secret, secret, &keys));
}

static void keys_from_elsewhere_are_checked(void **state)
{
	struct tls_keys keys = rfc_8448_keys(*state), bad;

	bad = keys;
	bad.suite = 0x1305;
	assert_false(tls_keys_are_valid(&bad));
	bad = keys;
	bad.max_fragment = 600;
	assert_false(tls_keys_are_valid(&bad));
	bad.max_fragment = 512;
	assert_true(tls_keys_are_valid(&bad));
	bad = keys;
	memset(bad.read.key, 0, sizeof(bad.read.key));
	assert_false(tls_keys_are_valid(&bad));
	bad = keys;
	bad.write.number = UINT64_C(1) << 63;
	assert_false(tls_keys_are_valid(&bad));
	bad = keys;
	bad.flags = TLS_FLAGS_MAX + 1;
	assert_false(tls_keys_are_valid(&bad));
	bad = keys;
	bad.n_partial = 4;
	assert_true(tls_keys_are_valid(&bad));
	bad.n_partial = 5;
	assert_false(tls_keys_are_valid(&bad));
	bad.suite = 0xc02b;
	bad.n_partial = 3;
	assert_true(tls_keys_are_valid(&bad));
	bad.n_partial = 4;
	assert_false(tls_keys_are_valid(&bad));
}

/* RFC 8446 5.3 and RFC 5288 3 */
static void nonces_count_the_records(void **state)
{
	struct tls_keys keys = rfc_8448_keys(*state);
	struct tls_box box;

	keys.write.number = 0x0102030405060708;
	box = tls_keys_box(&keys, &keys.write);
	assert_hex(box.nonce, sizeof(box.nonce), "cf782b88 dc81579ea8f7ee8c");

	memset(keys.write.iv + 4, 0, sizeof(keys.write.iv) - 4);
	box = tls_keys_box(&keys, &keys.write);
	assert_hex(box.nonce, sizeof(box.nonce), "cf782b88 0102030405060708");
}

static void nothing_is_left_of_wiped_keys(void **state)
{
	static const struct tls_keys nothing;
	struct tls_keys keys = rfc_8448_keys(*state);

	tls_keys_wipe(*state, &keys);
	assert_memory_equal(&keys, &nothing, sizeof(keys));
}

/* Memory from another process may have anything. */
static void keys_that_are_none_can_be_wiped(void **state)
{
	static const struct tls_keys nothing;
	struct tls_keys keys;

	memset(&keys, 0xa5, sizeof(keys));
	tls_keys_wipe(*state, &keys);
	assert_memory_equal(&keys, &nothing, sizeof(keys));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(secrets_give_the_keys_of_rfc_8448),
		cmocka_unit_test(each_update_gives_the_next_secret_and_key),
		cmocka_unit_test(secrets_of_sha384_are_longer),
		cmocka_unit_test(a_master_secret_gives_the_key_block),
		cmocka_unit_test(a_suite_of_another_version_is_refused),
		cmocka_unit_test(keys_from_elsewhere_are_checked),
		cmocka_unit_test(nonces_count_the_records),
		cmocka_unit_test(nothing_is_left_of_wiped_keys),
		cmocka_unit_test(keys_that_are_none_can_be_wiped),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
