/* Hashing and seeded numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/hash.h"

/* Computed by another implementation of SipHash-1-3, key 0, over the bytes 0, 1, 2 ... */
static void hashes_are_siphash_1_3(void **state)
{
	static const struct {
		size_t length;
		uint64_t hash;
	} rows[] = {
		{ 1, 0x68a914128e01e473u },
		{ 7, 0x2f098ab0c751325au },
		{ 8, 0xead411e67ebe2eeau },
		{ 9, 0x75927f9d95124362u },
		{ 15, 0xf30eb725bb91c9eau },
		{ 16, 0x8972188433a5c5b7u },
		{ 63, 0x385d3e39e5f37359u },
	};
	uint8_t bytes[64];

	(void) state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t) i;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		assert_true(hash_bytes(bytes, rows[i].length, 0, 0) == rows[i].hash);
}

/* The published vectors of SipHash-2-4: key and bytes are 0, 1, 2 ... */
static void secrets_are_siphash_2_4(void **state)
{
	static const struct {
		size_t length;
		uint64_t hash;
	} rows[] = {
		{ 0, 0x726fdb47dd0e0e31u },
		{ 1, 0x74f839c593dc67fdu },
		{ 7, 0xab0200f58b01d137u },
		{ 8, 0x93f5f5799a932462u },
		{ 15, 0xa129ca6149be45e5u },
		{ 63, 0x958a324ceb064572u },
	};
	static const uint64_t key[2] = { 0x0706050403020100u, 0x0f0e0d0c0b0a0908u };
	uint8_t bytes[64];

	(void) state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t) i;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		assert_true(hash_secret(bytes, rows[i].length, key) == rows[i].hash);
}

static void both_halves_of_the_key_count(void **state)
{
	uint64_t plain = hash_bytes("ana", 3, 1, 2);

	(void) state;
	assert_true(plain != hash_bytes("ana", 3, 2, 2));
	assert_true(plain != hash_bytes("ana", 3, 1, 3));
	assert_true(plain != hash_bytes("anb", 3, 1, 2));
	assert_true(plain != hash_bytes("ana\0", 4, 1, 2));
	assert_true(plain == hash_bytes("ana", 3, 1, 2));
}

/* The bytes of whole words and the rest behind them. */
static void each_byte_counts_in_a_quick_hash(void **state)
{
	char bytes[20] = { 0 };

	(void) state;
	for (size_t length = 1; length <= sizeof(bytes); length++) {
		uint64_t before = hash_quick(bytes, length);

		for (size_t i = 0; i < length; i++) {
			bytes[i] = 1;
			assert_true(hash_quick(bytes, length) != before);
			bytes[i] = 0;
		}
	}
}

/* The published vectors of FNV-1a, 64 bits. */
static void fingerprints_are_fnv_1a(void **state)
{
	uint64_t in_parts = hash_fingerprint(HASH_FINGERPRINT_START, "foo", 3);

	(void) state;
	assert_true(hash_fingerprint(HASH_FINGERPRINT_START, "", 0) == 0xcbf29ce484222325u);
	assert_true(hash_fingerprint(HASH_FINGERPRINT_START, "a", 1) == 0xaf63dc4c8601ec8cu);
	assert_true(hash_fingerprint(HASH_FINGERPRINT_START, "foobar", 6) == 0x85944171f73967e8u);
	assert_true(hash_fingerprint(in_parts, "bar", 3) == 0x85944171f73967e8u);
}

/* The published first numbers of splitmix64 from 1234567. */
static void random_numbers_are_splitmix64(void **state)
{
	uint64_t dice = 1234567;

	(void) state;
	assert_true(hash_random(&dice) == 6457827717110365317u);
	assert_true(hash_random(&dice) == 3203168211198807973u);
	assert_true(hash_random(&dice) == 9817491932198370423u);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_are_siphash_1_3),
		cmocka_unit_test(secrets_are_siphash_2_4),
		cmocka_unit_test(both_halves_of_the_key_count),
		cmocka_unit_test(each_byte_counts_in_a_quick_hash),
		cmocka_unit_test(fingerprints_are_fnv_1a),
		cmocka_unit_test(random_numbers_are_splitmix64),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
