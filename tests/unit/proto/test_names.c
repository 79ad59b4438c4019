/* What may be a name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/casemap.h"
#include "proto/names.h"

static void good_nicks_are_taken(void **state)
{
	static const char *const good[] = { "a", "ana", "Ana-1", "[]\\`_^{|}", "a23456789", "_",
		"|x" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(good); i++)
		assert_true(nick_is_valid(good[i], 9));
}

static void bad_nicks_are_refused(void **state)
{
	static const char *const bad[] = { "", "1ana", "-ana", "a na", "a!b", "a@b", "a.b", "a,b",
		":a", "#a", "a*", "a?", "a\x01", "a\x7f", "a\r", "a\n", "\xc3\xbc", "a\xff", "~a",
		"@a", "+a", "&a", "$a", "a/b", "1234567890" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		if (nick_is_valid(bad[i], 30))
			fail_msg("%s should be refused", bad[i]);
	assert_true(nick_is_valid("a234567890", 10));
	assert_false(nick_is_valid("a234567890", 9));
}

/* Everything that could end a parameter or pass for something else, byte by byte. */
static void no_byte_slips_into_a_nick(void **state)
{
	char nick[3] = "a";

	(void) state;
	for (int byte = 1; byte < 256; byte++) {
		bool is_good = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
			       (byte >= '0' && byte <= '9') || strchr("[]\\`_^{|}-", byte);

		nick[1] = (char) byte;
		assert_int_equal(nick_is_valid(nick, 9), is_good);
	}
}

static void channel_names_start_with_a_hash(void **state)
{
	static const char *const good[] = { "#a", "##", "#a:b", "#\xc3\xbc", "#\xff", "#a!@*",
		"#0" };
	static const char *const bad[] = { "", "a", "0", "&a", "+a", "!a", "#a b", "#a,b", "#a\x07",
		"#\x07", "#a\r", "#a\x7f", " #a", "#a\x1f" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(good); i++)
		assert_true(channel_name_is_valid(good[i], 9));
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		assert_false(channel_name_is_valid(bad[i], 9));
	assert_true(channel_name_is_valid("#12345678", 9));
	assert_false(channel_name_is_valid("#123456789", 9));
	assert_true(channel_name_looks_like_one("#a b"));
	assert_false(channel_name_looks_like_one(""));
	assert_false(channel_name_looks_like_one("ana"));
}

static void keys_fit_into_the_middle_of_a_line(void **state)
{
	static const char *const good[] = { "a", "secret", "a:b", "*", "#", "\xff" };
	static const char *const bad[] = { "", ":a", "a b", "a,b", "a\x01", "a\r", "123456789a" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(good); i++)
		assert_true(key_is_valid(good[i], 9));
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		assert_false(key_is_valid(bad[i], 9));
}

static void host_names_are_those_of_dns(void **state)
{
	static const char *const good[] = { "a", "localhost", "host.example.net", "1a", "a-b.c-d",
		"xn--mnchen-3ya.example", "1.2.3.4.example" };
	static const char *const bad[] = { "", ".", "a.", ".a", "a..b", "-a", "a-", "a.-b", "a-.b",
		"a b", "a!b", "a@b", "a:b", "::1", "1.2.3.4", "1234", "a_b", "a\xc3\xbc", "a\n",
		"a*", "a\\032b",
		"1234567890123456789012345678901234567890123456789012345678901234" };
	char longest[65];

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(good); i++)
		assert_true(host_name_is_valid(good[i]));
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		assert_false(host_name_is_valid(bad[i]));
	memset(longest, 'a', 64);
	longest[63] = '\0';
	assert_true(host_name_is_valid(longest));
	longest[63] = 'a';
	longest[64] = '\0';
	assert_false(host_name_is_valid(longest));
}

static void user_names_are_cleaned(void **state)
{
	static const struct {
		const char *given, *clean;
	} rows[] = {
		{ "ana", "~ana" },
		{ "a!n@a", "~ana" },
		{ "a.n-a_1", "~a.n-a_1" },
		{ "", "~user" },
		{ "!@:", "~user" },
		{ "~ana", "~ana" },
		{ "\xc3\xbcxer", "~xer" },
		{ "123456789012", "~123456789" },
		{ ":ana\r", "~ana" },
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		CLEANUP(mem_freep) char *clean = user_name_clean(rows[i].given, 10);

		assert_string_equal(clean, rows[i].clean);
	}
}

static void a_user_name_is_never_longer_than_allowed(void **state)
{
	(void) state;
	for (size_t max = 2; max < 12; max++) {
		CLEANUP(mem_freep) char *clean = user_name_clean("abcdefghijkl", max);
		CLEANUP(mem_freep) char *none = user_name_clean("", max);

		assert_int_equal(strlen(clean), max);
		assert_true(strlen(none) >= 2 && strlen(none) <= max);
	}
}

static void folding_knows_ascii_only(void **state)
{
	CLEANUP(mem_freep) char *folded = casemap_fold("AbZ[]\\^{}\xc3\x84@");
	char cut[4];

	(void) state;
	assert_string_equal(folded, "abz[]\\^{}\xc3\x84@");
	casemap_fold_into(cut, sizeof(cut), "ABCDEF");
	assert_string_equal(cut, "abc");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_nicks_are_taken),
		cmocka_unit_test(bad_nicks_are_refused),
		cmocka_unit_test(no_byte_slips_into_a_nick),
		cmocka_unit_test(channel_names_start_with_a_hash),
		cmocka_unit_test(keys_fit_into_the_middle_of_a_line),
		cmocka_unit_test(host_names_are_those_of_dns),
		cmocka_unit_test(user_names_are_cleaned),
		cmocka_unit_test(a_user_name_is_never_longer_than_allowed),
		cmocka_unit_test(folding_knows_ascii_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
