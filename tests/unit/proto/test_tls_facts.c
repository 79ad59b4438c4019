/* Facts of a client's TLS. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "proto/tls_facts.h"

static struct tls_facts facts_with_certificate(void)
{
	struct tls_facts facts = { .version = 0x0304, .suite = 0x1301, .has_certificate = true };

	memset(facts.certificate_sha256, 1, sizeof(facts.certificate_sha256));
	memset(facts.certificate_sha512, 2, sizeof(facts.certificate_sha512));
	memset(facts.key_sha256, 3, sizeof(facts.key_sha256));
	memset(facts.key_sha512, 4, sizeof(facts.key_sha512));
	return facts;
}

static bool load(const struct buffer *bytes, struct tls_facts *ret_facts)
{
	return tls_facts_load(pack_over(bytes->bytes, bytes->length), ret_facts);
}

static void facts_survive_whole(void **state)
{
	struct tls_facts facts = facts_with_certificate(), back;
	CLEANUP(buffer_done) struct buffer bytes = { 0 };

	(void) state;
	memset(&back, 0xff, sizeof(back));
	tls_facts_save(&bytes, &facts);
	assert_true(load(&bytes, &back));
	assert_int_equal(back.version, 0x0304);
	assert_int_equal(back.suite, 0x1301);
	assert_true(back.has_certificate);
	assert_memory_equal(back.certificate_sha256, facts.certificate_sha256, 32);
	assert_memory_equal(back.certificate_sha512, facts.certificate_sha512, 64);
	assert_memory_equal(back.key_sha256, facts.key_sha256, 32);
	assert_memory_equal(back.key_sha512, facts.key_sha512, 64);
}

static void without_a_certificate_no_hash_is_saved(void **state)
{
	struct tls_facts facts = facts_with_certificate(), back;
	CLEANUP(buffer_done) struct buffer bytes = { 0 };

	(void) state;
	facts.has_certificate = false;
	tls_facts_save(&bytes, &facts);
	assert_true(bytes.length < TLS_SHA256_BYTES);
	assert_true(load(&bytes, &back));
	assert_false(back.has_certificate);
	for (size_t i = 0; i < sizeof(back.key_sha512); i++)
		assert_int_equal(back.key_sha512[i], 0);
}

static void fields_of_a_later_release_are_skipped(void **state)
{
	struct tls_facts facts = facts_with_certificate(), back;
	CLEANUP(buffer_done) struct buffer bytes = { 0 };

	(void) state;
	pack_text(&bytes, 14, "x25519");
	tls_facts_save(&bytes, &facts);
	pack_u64(&bytes, 4, 77);
	assert_true(load(&bytes, &back));
	assert_int_equal(back.suite, 0x1301);
	assert_memory_equal(back.key_sha512, facts.key_sha512, 64);
}

static void facts_without_a_version_are_malformed(void **state)
{
	struct tls_facts back;
	CLEANUP(buffer_done) struct buffer bytes = { 0 };

	(void) state;
	assert_false(load(&bytes, &back));
	pack_u64(&bytes, 2, 0x1301);
	assert_false(load(&bytes, &back));
}

static void hash_of_another_length_is_malformed(void **state)
{
	static const struct {
		uint16_t id;
		size_t length;
	} hashes[] = { { 10, 32 }, { 11, 64 }, { 12, 32 }, { 13, 64 } };
	static const uint8_t bytes_of_hash[65];
	struct tls_facts back;

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(hashes); i++)
		for (size_t length = 0; length <= sizeof(bytes_of_hash); length++) {
			CLEANUP(buffer_done) struct buffer bytes = { 0 };

			pack_u64(&bytes, 1, 0x0304);
			pack_bytes(&bytes, hashes[i].id, bytes_of_hash, length);
			assert_int_equal(load(&bytes, &back), length == hashes[i].length);
		}
}

/* Cut between two fields they may be facts; cut inside one never. */
static void torn_facts_are_malformed(void **state)
{
	struct tls_facts facts = { .version = 0x0304, .suite = 0x1301 }, back;
	CLEANUP(buffer_done) struct buffer bytes = { 0 };

	(void) state;
	tls_facts_save(&bytes, &facts);
	for (size_t length = 0; length < bytes.length; length++)
		assert_int_equal(
			tls_facts_load(pack_over(bytes.bytes, length), &back), length == 8);
}

static void versions_and_suites_have_names(void **state)
{
	static const uint16_t suites[] = { 0x1301, 0x1302, 0x1303, 0xC02B, 0xC02C, 0xC02F, 0xC030,
		0xCCA8, 0xCCA9 };

	(void) state;
	assert_string_equal(tls_version_name(0x0303), "TLSv1.2");
	assert_string_equal(tls_version_name(0x0304), "TLSv1.3");
	assert_string_equal(tls_version_name(0x0305), "TLS");
	assert_string_equal(tls_suite_name(0x1303), "TLS_CHACHA20_POLY1305_SHA256");
	assert_string_equal(
		tls_suite_name(0xCCA9), "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256");
	assert_string_equal(tls_suite_name(0), "unknown cipher suite");
	for (size_t i = 0; i < ARRAY_LENGTH(suites); i++)
		assert_int_equal(strncmp(tls_suite_name(suites[i]), "TLS_", 4), 0);
}

static void names_of_proxies_have_numbers(void **state)
{
	(void) state;
	assert_int_equal(tls_version_of_name("TLSv1.2"), 0x0303);
	assert_int_equal(tls_version_of_name("TLSv1.3"), 0x0304);
	assert_int_equal(tls_version_of_name("SSLv3"), TLS_VERSION_UNKNOWN);
	assert_int_equal(tls_suite_of_name("TLS_AES_256_GCM_SHA384"), 0x1302);
	assert_int_equal(tls_suite_of_name("ECDHE-ECDSA-CHACHA20-POLY1305"), 0xCCA9);
	assert_int_equal(tls_suite_of_name("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"), 0xC02F);
	assert_int_equal(tls_suite_of_name(""), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(facts_survive_whole),
		cmocka_unit_test(without_a_certificate_no_hash_is_saved),
		cmocka_unit_test(fields_of_a_later_release_are_skipped),
		cmocka_unit_test(facts_without_a_version_are_malformed),
		cmocka_unit_test(hash_of_another_length_is_malformed),
		cmocka_unit_test(torn_facts_are_malformed),
		cmocka_unit_test(versions_and_suites_have_names),
		cmocka_unit_test(names_of_proxies_have_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
