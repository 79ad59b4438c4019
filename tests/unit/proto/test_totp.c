/* Codes of six digits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/totp.h"

/* Of RFC 6238 B: "12345678901234567890". */
#define SECRET "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
#define AT_MS 1111111109000u
#define CODE "081804"
#define STEP (AT_MS / 30000)

static struct totp_secret secret_of(const char *text)
{
	struct totp_secret secret;

	assert_true(totp_secret_parse(text, &secret));
	return secret;
}

static void codes_are_those_of_rfc_6238(void **state)
{
	static const struct {
		uint64_t seconds;
		uint32_t code; /* the last six of its eight digits */
	} rows[] = {
		{ 59, 287082 },
		{ 1111111109, 81804 },
		{ 1111111111, 50471 },
		{ 1234567890, 5924 },
		{ 2000000000, 279037 },
		{ 20000000000, 353130 },
	};
	struct totp_secret secret = secret_of(SECRET);

	(void) state;
	assert_int_equal(secret.length, 20);
	assert_memory_equal(secret.bytes, "12345678901234567890", 20);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(totp_code(&secret, rows[i].seconds / 30), rows[i].code);
}

static void code_counts_one_step_before_and_after_its_own(void **state)
{
	struct totp_secret secret = secret_of(SECRET);

	(void) state;
	assert_int_equal(totp_find_step(&secret, CODE, AT_MS), STEP);
	assert_int_equal(totp_find_step(&secret, CODE, (STEP - 1) * 30000), STEP);
	assert_int_equal(totp_find_step(&secret, CODE, (STEP - 1) * 30000 - 1), 0);
	assert_int_equal(totp_find_step(&secret, CODE, (STEP + 2) * 30000 - 1), STEP);
	assert_int_equal(totp_find_step(&secret, CODE, (STEP + 2) * 30000), 0);
	assert_int_equal(totp_find_step(&secret, "287082", 59000), 0); /* no clock says so */
}

static void what_is_no_code_has_no_step(void **state)
{
	static const char *const codes[] = { "", "81804", "0081804", "08180 ", "08180x", "-81804",
		" 81804", "081805" };
	struct totp_secret secret = secret_of(SECRET);

	(void) state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
		assert_int_equal(totp_find_step(&secret, codes[i], AT_MS), 0);
}

static void secret_is_base32_of_some_length(void **state)
{
	static const char *const bad[] = {
		"", "GEZDGNBVGY3TQOJQGEZDGNBVG", /* 25 letters are 15 bytes */
		"GEZDGNBVGY3TQOJQ GEZDGNBVGY3TQOJQ", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1",
		"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ=A",
		SECRET SECRET SECRET "AAAAAAAA", /* 104 letters are 65 bytes */
	};
	static const char *const good[] = { "GEZDGNBVGY3TQOJQGEZDGNBVGY", SECRET,
		SECRET SECRET SECRET "AAAAAAA" };
	struct totp_secret secret;

	(void) state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(totp_secret_parse(bad[i], &secret));
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		CLEANUP(buffer_done) struct buffer text = { 0 };

		secret = secret_of(good[i]);
		totp_secret_format(&secret, &text);
		assert_string_equal(text.bytes, good[i]);
	}
	secret = secret_of("gezdgnbvgy3tqojqgezdgnbvgy3tqojq====");
	assert_memory_equal(secret.bytes, "12345678901234567890", 20);
}

static void uri_is_escaped(void **state)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };

	(void) state;
	totp_put_uri(&text, "My Net:1", "a|\xc3\xa4", SECRET);
	assert_string_equal(text.bytes,
		"otpauth://totp/My%20Net%3A1:a%7C%C3%A4?secret=" SECRET "&issuer=My%20Net%3A1");
}

/* A hash, and a password with or without a code. */
static void assert_split(const char *hash, const char *password, const struct totp_split *expected)
{
	struct totp_split split = totp_split(hash, password, AT_MS);

	assert_int_equal(split.needs_code, expected->needs_code);
	assert_int_equal(split.step, expected->step);
	assert_string_equal(split.password, expected->password);
	if (expected->hash)
		assert_string_equal(split.hash, expected->hash);
	else
		assert_null(split.hash);
	totp_split_done(&split);
}

static void code_stands_behind_the_password(void **state)
{
	CLEANUP(mem_freep) char *both = totp_hash(SECRET, "$6$salt$hash");
	CLEANUP(mem_freep) char *code_only = totp_hash(SECRET, NULL);
	CLEANUP(mem_freep) char *secret = totp_hash_secret(both);
	char hash[] = "$6$salt$hash";

	(void) state;
	assert_string_equal(both, "$totp$" SECRET "$$6$salt$hash");
	assert_string_equal(code_only, "$totp$" SECRET);
	assert_string_equal(secret, SECRET);
	assert_null(totp_hash_secret(hash));
	assert_null(totp_hash_secret("$totp$"));
	assert_null(totp_hash_secret("$totp$abc1"));
	assert_split(hash, "sesame" CODE,
		&(struct totp_split){ hash, (char[]){ "sesame" CODE }, false, 0 });
	assert_split(both, "sesame" CODE,
		&(struct totp_split){ hash, (char[]){ "sesame" }, true, STEP });
	assert_split(
		both, "sesame081805", &(struct totp_split){ hash, (char[]){ "sesame" }, true, 0 });
	assert_split(both, CODE, &(struct totp_split){ hash, (char[]){ "" }, true, STEP });
	assert_split(both, "short", &(struct totp_split){ hash, (char[]){ "short" }, true, 0 });
	assert_split(both, "", &(struct totp_split){ hash, (char[]){ "" }, true, 0 });
	assert_split(code_only, CODE, &(struct totp_split){ NULL, (char[]){ "" }, true, STEP });
	assert_split(
		code_only, "x" CODE, &(struct totp_split){ NULL, (char[]){ "x" CODE }, true, 0 });
}

static void mask_replaces_secrets_only(void **state)
{
	char text[] = "a\0$totp$" SECRET "$$6$x$totp $totp$AB1 $tot";
	char masked[] = "a\0$totp$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA$$6$x$totp $totp$AA1 $tot";

	(void) state;
	totp_mask(text, sizeof(text));
	assert_memory_equal(text, masked, sizeof(text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_are_those_of_rfc_6238),
		cmocka_unit_test(code_counts_one_step_before_and_after_its_own),
		cmocka_unit_test(what_is_no_code_has_no_step),
		cmocka_unit_test(secret_is_base32_of_some_length),
		cmocka_unit_test(uri_is_escaped),
		cmocka_unit_test(code_stands_behind_the_password),
		cmocka_unit_test(mask_replaces_secrets_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
