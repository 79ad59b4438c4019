/* Codes that are sent by e-mail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "proto/mail_code.h"

static void a_code_has_all_random_bits(void **state)
{
	static const uint8_t random[MAIL_CODE_RANDOM_BYTES] = { 0x00, 0x44, 0x32, 0x14, 0xc7, 0x42,
		0x54, 0xb6, 0x35, 0xcf };
	char code[MAIL_CODE_BYTES];

	(void) state;
	mail_code_write(random, code);
	assert_string_equal(code, "abcd-efgh-ijkm-npqr");
	for (unsigned int bit = 0; bit < 80; bit++) {
		uint8_t other[MAIL_CODE_RANDOM_BYTES];
		char other_code[MAIL_CODE_BYTES];

		memcpy(other, random, sizeof(other));
		other[bit / 8] ^= (uint8_t) (1 << bit % 8);
		mail_code_write(other, other_code);
		assert_string_not_equal(other_code, code);
	}
}

static void a_code_matches_its_hash_only(void **state)
{
	char hash[MAIL_CODE_HASH_BYTES];

	(void) state;
	mail_code_hash("abcd-efgh-ijkm-npqr", hash);
	assert_string_equal(hash,
		"code:"
		"c09237d8020e78fcb5764ca9dbd5b5721b422da27668c79cc70824f6fe74486a");
	assert_true(mail_code_is_hash(hash));
	assert_true(mail_code_matches("abcd-efgh-ijkm-npqr", hash));
	assert_true(mail_code_matches("ABCDEFGHIJKMNPQR", hash));
	assert_false(mail_code_matches("abcd-efgh-ijkm-npqs", hash));
	assert_false(mail_code_matches("abcd-efgh-ijkm-npq", hash));
	assert_false(mail_code_matches("abcd-efgh-ijkm-npqrs", hash));
	assert_false(mail_code_matches("", hash));
}

static void no_code_matches_none(void **state)
{
	(void) state;
	assert_true(mail_code_is_hash(MAIL_CODE_NONE));
	assert_false(mail_code_matches("", MAIL_CODE_NONE));
	assert_false(mail_code_matches("abcd-efgh-ijkm-npqr", MAIL_CODE_NONE));
	assert_false(mail_code_matches("a code that is far too long for one", MAIL_CODE_NONE));
	assert_false(mail_code_is_hash("$y$j9T$"));
	assert_false(mail_code_is_hash("SCRAM-SHA-256$4096:"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_code_has_all_random_bits),
		cmocka_unit_test(a_code_matches_its_hash_only),
		cmocka_unit_test(no_code_matches_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
