/* Verifiers of passwords. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"
#include "base/cleanup.h"
#include "proto/scram_verifier.h"

/* RFC 7677 3. The keys of its password, "pencil". */
#define SALT "W22ZaJ0SNY7soEsUEjb6gQ=="
#define STORED_KEY "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY="
#define SERVER_KEY "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
#define TEXT "SCRAM-SHA-256$4096:" SALT "$" STORED_KEY ":" SERVER_KEY

static const struct digest_input secret = { "0123456789abcdef", 16 };

static void a_password_gives_the_keys_of_the_specification(void **state)
{
	struct scram_verifier verifier = { .rounds = 4096 };
	char text[SCRAM_VERIFIER_TEXT_BYTES];
	size_t length;

	(void) state;
	assert_true(base64_decode(SALT, strlen(SALT), verifier.salt, &length));
	verifier.salt_bytes = (uint8_t) length;
	scram_verifier_derive(&verifier, "pencil");
	scram_verifier_format(&verifier, text);
	assert_string_equal(text, TEXT);
}

static void a_text_is_parsed(void **state)
{
	struct scram_verifier verifier;
	char text[SCRAM_VERIFIER_TEXT_BYTES];

	(void) state;
	assert_true(scram_verifier_parse(TEXT, &verifier));
	assert_int_equal(verifier.rounds, 4096);
	assert_int_equal(verifier.salt_bytes, 16);
	assert_int_equal(verifier.salt[0], 0x5b);
	assert_int_equal(verifier.salt[15], 0x81);
	assert_int_equal(verifier.salt[16], 0);
	assert_int_equal(verifier.stored_key.bytes[0], 0x58);
	assert_int_equal(verifier.server_key.bytes[0], 0xc1);
	scram_verifier_format(&verifier, text);
	assert_string_equal(text, TEXT);
}

static void the_password_matches_and_no_other(void **state)
{
	struct scram_verifier verifier;

	(void) state;
	assert_true(scram_verifier_parse(TEXT, &verifier));
	assert_true(scram_verifier_matches(&verifier, "pencil"));
	assert_false(scram_verifier_matches(&verifier, "Pencil"));
	assert_false(scram_verifier_matches(&verifier, "pencil "));
	assert_false(scram_verifier_matches(&verifier, ""));
	verifier.rounds++;
	assert_false(scram_verifier_matches(&verifier, "pencil"));
	verifier.rounds--;
	verifier.salt[0] ^= 1;
	assert_false(scram_verifier_matches(&verifier, "pencil"));
}

static void limits_of_texts_are_exact(void **state)
{
	static const char longest[] =
		"SCRAM-SHA-256$1000000:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=$" STORED_KEY
		":" SERVER_KEY;
	struct scram_verifier verifier;
	char text[SCRAM_VERIFIER_TEXT_BYTES];

	(void) state;
	assert_true(scram_verifier_parse(longest, &verifier));
	assert_int_equal(verifier.rounds, SCRAM_MOST_ROUNDS);
	assert_int_equal(verifier.salt_bytes, SCRAM_MOST_SALT_BYTES);
	assert_int_equal(verifier.salt[31], 31);
	scram_verifier_format(&verifier, text);
	assert_string_equal(text, longest);
	assert_true(scram_verifier_parse(
		"SCRAM-SHA-256$4096:AA==$" STORED_KEY ":" SERVER_KEY, &verifier));
	assert_int_equal(verifier.salt_bytes, 1);
}

static void other_texts_are_no_verifiers(void **state)
{
	static const char *const texts[] = {
		"",
		"SCRAM-SHA-256",
		"SCRAM-SHA-256$",
		"SCRAM-SHA-1$4096:" SALT "$" STORED_KEY ":" SERVER_KEY,
		"scram-sha-256$4096:" SALT "$" STORED_KEY ":" SERVER_KEY,
		"SCRAM-SHA-256$4095:" SALT "$" STORED_KEY ":" SERVER_KEY,
		"SCRAM-SHA-256$1000001:" SALT "$" STORED_KEY ":" SERVER_KEY,
		"SCRAM-SHA-256$4294971392:" SALT "$" STORED_KEY ":" SERVER_KEY,
		"SCRAM-SHA-256$04096:" SALT "$" STORED_KEY ":" SERVER_KEY,
		"SCRAM-SHA-256$+4096:" SALT "$" STORED_KEY ":" SERVER_KEY,
		"SCRAM-SHA-256$:" SALT "$" STORED_KEY ":" SERVER_KEY,
		"SCRAM-SHA-256$4096:$" STORED_KEY ":" SERVER_KEY,
		"SCRAM-SHA-256$4096:" SALT "$" STORED_KEY,
		"SCRAM-SHA-256$4096:" SALT "$" STORED_KEY ":",
		"SCRAM-SHA-256$4096:" SALT "$:" SERVER_KEY,
		"SCRAM-SHA-256$4096:" SALT ":" STORED_KEY "$" SERVER_KEY,
		"SCRAM-SHA-256$4096:" SALT "$" STORED_KEY ":" SERVER_KEY ":",
		"SCRAM-SHA-256$4096:" SALT "$" STORED_KEY ":" SERVER_KEY " ",
		"SCRAM-SHA-256$4096:" SALT "$" STORED_KEY ":" STORED_KEY SERVER_KEY,
		/* keys of 31 and 33 bytes, a salt of 33 */
		"SCRAM-SHA-256$4096:" SALT
		"$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4g==:" SERVER_KEY,
		"SCRAM-SHA-256$4096:" SALT
		"$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qYA:" SERVER_KEY,
		"SCRAM-SHA-256$4096:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g$" STORED_KEY
		":" SERVER_KEY,
		"SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ$" STORED_KEY ":" SERVER_KEY,
	};
	struct scram_verifier verifier;

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		if (scram_verifier_parse(texts[i], &verifier))
			fail_msg("%s is a verifier", texts[i]);
}

static void a_fake_verifier_is_always_the_same(void **state)
{
	struct scram_verifier first, second;

	(void) state;
	scram_verifier_fake(secret, "ana", &first);
	scram_verifier_fake(secret, "ana", &second);
	assert_memory_equal(&first, &second, sizeof(first));
	assert_int_equal(first.rounds, SCRAM_ROUNDS);
	assert_int_equal(first.salt_bytes, SCRAM_SALT_BYTES);
	assert_false(scram_verifier_matches(&first, ""));
	assert_false(scram_verifier_matches(&first, "ana"));
}

static void fake_verifiers_depend_on_name_and_key(void **state)
{
	const struct digest_input other_key = { "0123456789abcdeF", 16 };
	struct scram_verifier ana, bea, other;

	(void) state;
	scram_verifier_fake(secret, "ana", &ana);
	scram_verifier_fake(secret, "bea", &bea);
	scram_verifier_fake(other_key, "ana", &other);
	assert_memory_not_equal(ana.salt, bea.salt, SCRAM_SALT_BYTES);
	assert_memory_not_equal(ana.salt, other.salt, SCRAM_SALT_BYTES);
	assert_false(digest_equals(&ana.stored_key, &bea.stored_key));
	assert_false(digest_equals(&ana.stored_key, &ana.server_key));
	assert_memory_not_equal(ana.salt, ana.stored_key.bytes, SCRAM_SALT_BYTES);
	assert_memory_not_equal(ana.salt, ana.server_key.bytes, SCRAM_SALT_BYTES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_password_gives_the_keys_of_the_specification),
		cmocka_unit_test(a_text_is_parsed),
		cmocka_unit_test(the_password_matches_and_no_other),
		cmocka_unit_test(limits_of_texts_are_exact),
		cmocka_unit_test(other_texts_are_no_verifiers),
		cmocka_unit_test(a_fake_verifier_is_always_the_same),
		cmocka_unit_test(fake_verifiers_depend_on_name_and_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
