/* Fingerprints of certificates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "proto/certfp.h"

#define SHA256 "22e88c7d6da9b73fbb515ed6a8f6d133c680527a799e3069ca7ce346d90649b2"
#define SHA512 SHA256 "000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F"

static void text_is_read_and_written(void **state)
{
	static const char *const texts[] = { SHA256, SHA512 };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		CLEANUP(buffer_done) struct buffer text = { 0 };
		struct certfp certfp;

		assert_true(certfp_parse(texts[i], &certfp));
		assert_int_equal(certfp.length * 2, strlen(texts[i]));
		assert_int_equal(certfp.bytes[0], 0x22);
		certfp_format(certfp.bytes, certfp.length, &text);
		assert_int_equal(strcasecmp(text.bytes, texts[i]), 0);
		assert_null(strpbrk(text.bytes, "ABCDEF"));
	}
}

static void colons_and_capitals_are_allowed(void **state)
{
	struct certfp plain, decorated, half;

	(void) state;
	assert_true(certfp_parse(SHA256, &plain));
	assert_true(certfp_parse("22:E8:8C:7D:6D:A9:B7:3F:BB:51:5E:D6:A8:F6:D1:33:C6:80:52:7A:79:9E"
				 ":30:69:CA:7C:E3:46:D9:06:49:B2",
		&decorated));
	assert_true(certfp_parse(
		"22e88c7d6da9b73fbb515ed6a8f6d133c680527a799e3069ca7ce346d90649:b2", &half));
	assert_memory_equal(plain.bytes, decorated.bytes, plain.length);
	assert_memory_equal(plain.bytes, half.bytes, plain.length);
}

static void other_texts_are_no_fingerprints(void **state)
{
	static const char *const texts[] = {
		"",
		"2",
		"22",
		SHA256 "2",
		SHA256 "22",
		SHA256 ":",
		":" SHA256,
		"2:2e88c7d6da9b73fbb515ed6a8f6d133c680527a799e3069ca7ce346d90649b2",
		"22::e88c7d6da9b73fbb515ed6a8f6d133c680527a799e3069ca7ce346d90649b2",
		"g2e88c7d6da9b73fbb515ed6a8f6d133c680527a799e3069ca7ce346d90649b2",
		"2ge88c7d6da9b73fbb515ed6a8f6d133c680527a799e3069ca7ce346d90649b2",
		"/2e88c7d6da9b73fbb515ed6a8f6d133c680527a799e3069ca7ce346d90649b2",
		"22e88c7d6da9b73fbb515ed6a8f6d133c680527a", /* SHA-1 */
		SHA512 "22",
		SHA512 SHA512,
		"SHA256:" SHA256,
	};
	struct certfp certfp;

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		if (certfp_parse(texts[i], &certfp))
			fail_msg("%s is a fingerprint", texts[i]);
}

static void each_hash_of_certificate_and_key_matches(void **state)
{
	struct tls_facts facts = { .version = 0x0304, .has_certificate = true };
	struct certfp certfp = { .length = TLS_SHA256_BYTES };

	(void) state;
	memset(facts.certificate_sha256, 1, sizeof(facts.certificate_sha256));
	memset(facts.certificate_sha512, 2, sizeof(facts.certificate_sha512));
	memset(facts.key_sha256, 3, sizeof(facts.key_sha256));
	memset(facts.key_sha512, 4, sizeof(facts.key_sha512));
	for (int byte = 1; byte <= 5; byte++) {
		memset(certfp.bytes, byte, sizeof(certfp.bytes));
		certfp.length = TLS_SHA256_BYTES;
		assert_int_equal(certfp_matches(&certfp, &facts), byte == 1 || byte == 3);
		certfp.length = TLS_SHA512_BYTES;
		assert_int_equal(certfp_matches(&certfp, &facts), byte == 2 || byte == 4);
	}
	memset(certfp.bytes, 2, sizeof(certfp.bytes));
	certfp.bytes[TLS_SHA512_BYTES - 1] = 3;
	assert_false(certfp_matches(&certfp, &facts));
}

static void without_a_certificate_nothing_matches(void **state)
{
	struct tls_facts facts = { .version = 0x0304 };
	struct certfp certfp = { .length = TLS_SHA256_BYTES };

	(void) state;
	assert_false(certfp_matches(&certfp, NULL));
	memset(&facts.key_sha256, 1, sizeof(facts.key_sha256));
	memset(certfp.bytes, 1, sizeof(certfp.bytes));
	assert_false(certfp_matches(&certfp, &facts));
	facts.has_certificate = true;
	assert_true(certfp_matches(&certfp, &facts));
}

static void unknown_hash_equals_no_fingerprint(void **state)
{
	struct tls_facts facts = { .version = 0x0304, .has_certificate = true };
	struct certfp zero = { .length = TLS_SHA256_BYTES };

	(void) state;
	assert_false(certfp_matches(&zero, &facts));
	zero.length = TLS_SHA512_BYTES;
	assert_false(certfp_matches(&zero, &facts));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_read_and_written),
		cmocka_unit_test(colons_and_capitals_are_allowed),
		cmocka_unit_test(other_texts_are_no_fingerprints),
		cmocka_unit_test(each_hash_of_certificate_and_key_matches),
		cmocka_unit_test(without_a_certificate_nothing_matches),
		cmocka_unit_test(unknown_hash_equals_no_fingerprint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
