/* Hashes of other services; the digests are Python's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/old_hash.h"

#define PBKDF2_SHA512                                                                              \
	"PBKDF2-SHA512$1000:AAECAwQFBgc=$hCgEq1WAc3nhMLh9rdECd+bA+faXDN6OMtAt2W"                   \
	"xgwivV2Qn14T5oIvhDSA7xJPIQJi97Onzyt5eZqADM/fPDIA=="
#define HMAC_SHA256                                                                                \
	"HMAC-SHA256$0:AAECAwQFBgcICQoLDA0ODw==$8aV3oqTAEHHldQWJ7pjEJE/Fh1lg5LQ"                   \
	"BGhFQk3cbNw8="
#define HMAC_SHA512                                                                                \
	"HMAC-SHA512$0:AAECAwQFBgcICQoLDA0ODw==$lRszN3bZx2edALb0UZjvP+YNLwlWQLx"                   \
	"ePcUpw5HlrVXyvylkwmmHIgB6Rgc7ssJmsceNuCYVzc7syQIuIOTGtQ=="

static void password_matches_each_kind(void **state)
{
	static const char *const texts[] = { PBKDF2_SHA512, HMAC_SHA256, HMAC_SHA512 };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		struct old_hash hash;

		assert_true(old_hash_parse(texts[i], &hash));
		assert_true(old_hash_matches(&hash, "pencil"));
		assert_false(old_hash_matches(&hash, "Pencil"));
		assert_false(old_hash_matches(&hash, ""));
	}
}

static void text_is_written_as_it_was(void **state)
{
	static const char *const texts[] = { PBKDF2_SHA512, HMAC_SHA256, HMAC_SHA512 };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		CLEANUP(mem_freep) char *text = NULL;
		struct old_hash hash;

		assert_true(old_hash_parse(texts[i], &hash));
		text = old_hash_format(&hash);
		assert_string_equal(text, texts[i]);
	}
}

static void other_texts_are_refused(void **state)
{
	static const char *const texts[] = { "", "PBKDF2-SHA512$", "PBKDF2-SHA512$1000",
		"HMAC-SHA256$0:$", "PBKDF2-SHA512$1000:AAEC$AAEC", "HMAC-SHA256$1" HMAC_SHA256,
		"$6$salt$hash", PBKDF2_SHA512 "A", "HMAC-SHA1$0:AAEC$AAEC" };
	CLEANUP(mem_freep) char *long_text = mem_new(1001);
	struct old_hash hash;

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		assert_false(old_hash_parse(texts[i], &hash));
	memset(long_text, 'A', 1000);
	memcpy(long_text, PBKDF2_SHA512, strlen(PBKDF2_SHA512));
	assert_false(old_hash_parse(long_text, &hash));
}

static void rounds_have_a_limit_and_belong_to_pbkdf2(void **state)
{
	CLEANUP(mem_freep) char *none = mem_text(PBKDF2_SHA512);
	CLEANUP(mem_freep) char *hmac = mem_text(HMAC_SHA256);
	CLEANUP(mem_freep) char *many = mem_text(PBKDF2_SHA512);
	struct old_hash hash;

	(void) state;
	memcpy(strchr(none, '$') + 1, "0000", 4);
	assert_false(old_hash_parse(none, &hash));
	memcpy(strchr(hmac, '$') + 1, "1", 1);
	assert_false(old_hash_parse(hmac, &hash));
	memmove(strchr(many, '$') + 8, strchr(many, ':'), strlen(strchr(many, ':')) - 3);
	memcpy(strchr(many, '$') + 1, "1000001", 7);
	assert_false(old_hash_parse(many, &hash));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(password_matches_each_kind),
		cmocka_unit_test(text_is_written_as_it_was),
		cmocka_unit_test(other_texts_are_refused),
		cmocka_unit_test(rounds_have_a_limit_and_belong_to_pbkdf2),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
