/* Masks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/mask.h"
#include "proto/mask_index.h"

static void masks_match_what_they_say(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool matches;
	} rows[] = {
		{ "", "", true },
		{ "", "a", false },
		{ "a", "", false },
		{ "*", "", true },
		{ "***", "", true },
		{ "*", "anything", true },
		{ "?", "", false },
		{ "?", "a", true },
		{ "?", "ab", false },
		{ "??", "ab", true },
		{ "*?", "", false },
		{ "*?*", "a", true },
		{ "ANA", "ana", true },
		{ "ana", "ANA", true },
		{ "an{", "an[", false },
		{ "a*c", "abc", true },
		{ "a*c", "ac", true },
		{ "a*c", "acb", false },
		{ "*ab", "aab", true },
		{ "*aab", "aaab", true },
		{ "*a*b*c*", "xxaxxbxxcxx", true },
		{ "*a*b*c*", "xxaxxcxxbxx", false },
		{ "*.example.net", "host.example.net", true },
		{ "*.example.net", "example.net", false },
		{ "*!*@192.0.2.*", "ana!~ana@192.0.2.7", true },
		{ "*!*@192.0.2.*", "ana!~ana@192.0.20.7", false },
		{ "a\\*", "a*", true },
		{ "a\\*", "ab", false },
		{ "a\\?", "a?", true },
		{ "a\\?", "ab", false },
		{ "*\\*", "ab*", true },
		{ "*\\*", "ab", false },
		{ "*\\*b", "*a*b", true },
		{ "a\\b", "a\\b", true },
		{ "a\\", "a\\", true },
		{ "\\", "", false },
		{ "\\*", "", false },
		{ "\\\\*", "\\*", true },
		{ "\xff*", "\xff", true },
		/* No pattern matches part of a character. */
		{ "\xf1*", "\xf1\xaa\xbc\xa6", false },
		{ "*\xa6", "\xf1\xaa\xbc\xa6", false },
		{ "*\xf1*", "\xf1\xf1\xaa\xbc\xa6", true },
		{ "*\xf1\xaa\xbc\xa6", "\xf1\xf1\xaa\xbc\xa6", true },
		{ "?*??\xf1?*??", "*\nag2n\xf1\xf1\xf1\xaa\xbc\xa6", false },
		{ "\xc3\x84", "\xc3\xa4", false },
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (mask_match(rows[i].pattern, rows[i].text) != rows[i].matches)
			fail_msg("%s on %s", rows[i].pattern, rows[i].text);
}

/* The plain definition, as slow as it is obvious. */
static bool slowly_matches(const char *pattern, const char *text)
{
	bool is_escape = pattern[0] == '\\' && (pattern[1] == '*' || pattern[1] == '?');

	if (!*pattern)
		return !*text;
	if (*pattern == '*')
		return slowly_matches(pattern + 1, text) ||
		       (*text && slowly_matches(pattern, text + 1));
	if (!*text)
		return false;
	if (is_escape)
		return pattern[1] == *text && slowly_matches(pattern + 2, text + 1);
	return (*pattern == '?' || text_lower(*pattern) == text_lower(*text)) &&
	       slowly_matches(pattern + 1, text + 1);
}

/* The text of that number over an alphabet, shortest first. */
static void spell(unsigned int number, const char *alphabet, char text[16])
{
	size_t n = strlen(alphabet), length = 0;

	for (; number; number = (unsigned int) ((number - 1) / n))
		text[length++] = alphabet[(number - 1) % n];
	text[length] = '\0';
}

static void every_short_mask_matches_as_defined(void **state)
{
	char pattern[16], text[16];

	(void) state;
	for (unsigned int i = 0; i < 1365; i++) {
		spell(i, "aB*?", pattern);
		for (unsigned int j = 0; j < 127; j++) {
			spell(j, "Ab", text);
			assert_int_equal(mask_match(pattern, text), slowly_matches(pattern, text));
		}
	}
	for (unsigned int i = 0; i < 1365; i++) {
		spell(i, "a*?\\", pattern);
		for (unsigned int j = 0; j < 85; j++) {
			spell(j, "a*?\\", text);
			assert_int_equal(mask_match(pattern, text), slowly_matches(pattern, text));
		}
	}
}

static size_t n_folded;

char __real_casemap_lower(enum casemap casemap, char byte);
char __wrap_casemap_lower(enum casemap casemap, char byte);

char __wrap_casemap_lower(enum casemap casemap, char byte)
{
	n_folded++;
	return __real_casemap_lower(casemap, byte);
}

/* The number of bytes folded for a mask and a text. Only rfc1459 folds through the counted
 * function. */
static size_t work_of(const char *pattern, const char *text, bool expected)
{
	n_folded = 0;
	assert_int_equal(mask_match_folded(CASEMAP_RFC1459, pattern, text), expected);
	return n_folded;
}

/* The work for *a*a*a...b with that many stars in a text of only a. */
static size_t work_of_stars(size_t n_stars, size_t n_bytes)
{
	char pattern[402], text[801];
	size_t work;

	for (size_t i = 0; i < n_stars; i++)
		memcpy(pattern + 2 * i, "*a", 2);
	memcpy(pattern + 2 * n_stars - 1, "b*", 3);
	memset(text, 'a', n_bytes);
	text[n_bytes] = '\0';
	work = work_of(pattern, text, false);
	text[n_bytes - 1] = 'b';
	return work + work_of(pattern, text, true);
}

static void the_work_grows_with_the_text_not_with_the_stars(void **state)
{
	(void) state;
	for (size_t n_bytes = 50; n_bytes <= 400; n_bytes *= 2)
		for (size_t n_stars = 1; n_stars <= n_bytes / 2; n_stars *= 2)
			assert_in_range(work_of_stars(n_stars, n_bytes), 1, 4 * n_bytes);
	assert_in_range(work_of_stars(200, 800), 1, 3 * work_of_stars(100, 400)); /* not 4 times */
}

/* Each place matches at first and fails at the end: one try covers 64 places. */
static void a_long_part_is_tried_at_many_places_at_once(void **state)
{
	char pattern[201] = "*", text[401];

	(void) state;
	memset(pattern + 1, 'a', 197);
	memcpy(pattern + 198, "b*", 3);
	memset(text, 'a', 400);
	text[399] = 'B';
	text[400] = '\0';
	assert_in_range(work_of(pattern, text, true), 1, 400 + 198 * (400 / 64 + 1));
	text[200] = 'b';
	text[399] = 'a';
	pattern[150] = '?';
	assert_in_range(work_of(pattern, text, true), 1, 400 + 198 * (400 / 64 + 1));
}

static void a_mask_is_the_same_in_other_cases(void **state)
{
	(void) state;
	assert_true(mask_equals(CASEMAP_ASCII, "ana!*@*", "ANA!*@*"));
	assert_false(mask_equals(CASEMAP_ASCII, "ana!*@*", "ana!*@"));
	assert_false(mask_equals(CASEMAP_ASCII, "ana!*@", "ana!*@*"));
	assert_false(mask_equals(CASEMAP_ASCII, "", "*"));
	assert_false(mask_equals(CASEMAP_UTF8, "ana!*@", "ana!*@*"));
	assert_false(mask_equals(CASEMAP_ASCII, "[a]!*@*", "{a}!*@*"));
	assert_true(mask_equals(CASEMAP_RFC1459, "[a]\\!*@*", "{A}|!*@*"));
	/* An escaped star differs from a bar and a star. */
	assert_false(mask_equals(CASEMAP_RFC1459, "a\\*!*@*", "a|*!*@*"));
	assert_true(mask_equals(CASEMAP_UTF8, "\xc3\x84*!*@*", "\xc3\xa4*!*@*"));
	assert_false(mask_equals(CASEMAP_UTF8, "\xc3\x84*!*@*", "a*!*@*"));
}

static void names_match_in_other_cases(void **state)
{
	(void) state;
	assert_true(mask_match_name(CASEMAP_RFC1459, "[A]*", "{a}\\x"));
	assert_true(mask_match_name(CASEMAP_RFC1459, "a|", "A\\"));
	assert_false(mask_match_name(CASEMAP_ASCII, "[a]", "{a}"));
	assert_true(mask_match_name(CASEMAP_UTF8, "\xc3\x84?GER", "\xc3\xa4rger"));
	assert_false(mask_match_name(CASEMAP_ASCII, "\xc3\x84?GER", "\xc3\xa4rger"));
}

/* A character is never matched as several, wherever a star begins. */
static void a_question_mark_is_one_character(void **state)
{
	(void) state;
	assert_true(mask_match("?", "\xe2\x82\xac"));
	assert_false(mask_match("??", "\xe2\x82\xac"));
	assert_false(mask_match("*??", "\xe2\x82\xac"));
	assert_true(mask_match("*?b", "a\xe2\x82\xac"
				      "b"));
	assert_true(mask_match("??", "\xff\xfe"));
}

static void masks_are_written_out_in_full(void **state)
{
	static const struct {
		const char *given, *mask;
	} rows[] = {
		{ "ana", "ana!*@*" },
		{ "*", "*!*@*" },
		{ "ana!", "ana!*@*" },
		{ "!ana", "*!ana@*" },
		{ "@host", "*!*@host" },
		{ "a@b", "*!a@b" },
		{ "ana!a@b", "ana!a@b" },
		{ "ana!a", "ana!a@*" },
		{ "ana!@b", "ana!*@b" },
		{ "ana!@", "ana!*@*" },
		{ "!a@", "*!a@*" },
		{ "!@b", "*!*@b" },
		{ "host.example", "*!*@host.example" },
		{ "::1", "*!*@0::1" },
		{ "2001:db8::*", "*!*@2001:db8::*" },
		{ "192.0.2.*", "*!*@192.0.2.*" },
		{ "192.0.2.77/24", "*!*@192.0.2.0/24" },
		{ "a!b@192.0.2.77/32", "a!b@192.0.2.77" },
		{ "2001:DB8::7/32", "*!*@2001:db8::/32" },
		{ "*!*@2001:db8:0:0::7", "*!*@2001:db8::7" },
		{ "*!*@user/ana", "*!*@user/ana" },
		{ "@::1", "*!*@0::1" },
		{ ":a", "*!*@:a" },
		{ "a!b!c@d", "a!b!c@d" },
		{ "a!b@c@d", "a!b@c@d" },
		{ "\xc3\xbc", "\xc3\xbc!*@*" },
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		CLEANUP(mem_freep) char *mask = NULL;

		assert_true(mask_complete(rows[i].given, 100, &mask));
		assert_string_equal(mask, rows[i].mask);
	}
}

static void what_is_no_mask_is_refused(void **state)
{
	static const char *const bad[] = { "", "!", "@", "!@", "@!", "!!@@", "a b", "a!b@c d",
		"a\x01", "a\x7f", "\t", "a\r", "a@b!c", ":a!b@c", ":@b!", "192.0.2.0/33",
		"192.0.2.0/-1", "192.0.2.0/-4294967296", "*!*@192.0.2.0/", "@2001:db8::/129",
		"a!b@1.2.3.4/x" };
	char *mask = NULL;

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		if (mask_complete(bad[i], 100, &mask))
			fail_msg("%s gave %s", bad[i], mask);
	free(mask);
}

static void masks_have_their_limit(void **state)
{
	char *mask = NULL;

	(void) state;
	assert_true(mask_complete("12345", 9, &mask));
	assert_string_equal(mask, "12345!*@*");
	free(TAKE(mask));
	assert_false(mask_complete("123456", 9, &mask));
	assert_false(mask_complete("1234567890", 9, &mask));
	assert_null(mask);
}

static void plain_masks_need_no_index(void **state)
{
	const char *text = "ana!~ana@host.example.net";
	struct mask_index *index = NULL;

	(void) state;
	assert_true(mask_match_indexed(CASEMAP_ASCII, "ana!*@*", text, &index));
	assert_true(mask_match_indexed(CASEMAP_ASCII, "*!~ana@*", text, &index));
	assert_true(mask_match_indexed(CASEMAP_ASCII, "*!*@*.EXAMPLE.net", text, &index));
	assert_false(mask_match_indexed(CASEMAP_ASCII, "*!ana@*", text, &index));
	assert_false(mask_match_indexed(CASEMAP_ASCII, "*!*@*.example.org", text, &index));
	assert_null(index);
}

static void a_mask_that_takes_long_makes_one_index_for_all(void **state)
{
	char bytes[65];
	struct mask_index *index = NULL, *first;

	(void) state;
	memset(bytes, 'a', 64);
	bytes[63] = 'B';
	bytes[64] = '\0';
	assert_true(mask_match_indexed(CASEMAP_ASCII, "*aaaaaaaaaaaaaaaaaaaab*", bytes, &index));
	first = index;
	assert_non_null(first);
	assert_false(mask_match_indexed(CASEMAP_ASCII, "*aaaaaaaaaaaaaaaaaaaac*", bytes, &index));
	assert_true(mask_match_indexed(CASEMAP_ASCII, "*aaaaaaaa?aaaaaaaaaaab*", bytes, &index));
	assert_ptr_equal(index, first);
	mask_index_free(index);
}

/* The letters are equal in only one case mapping. */
static void an_index_is_of_one_casemapping(void **state)
{
	const char *text = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa[";
	struct mask_index *index = NULL;

	(void) state;
	assert_false(mask_match_indexed(CASEMAP_ASCII, "*aaaaaaaaaaaaaaaaaaaa{*", text, &index));
	assert_true(mask_match_indexed(CASEMAP_RFC1459, "*aaaaaaaaaaaaaaaaaaaa{*", text, &index));
	assert_false(mask_match_indexed(CASEMAP_ASCII, "*aaaaaaaaaaaaaaaaaaaa{*", text, &index));
	mask_index_free(index);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(masks_match_what_they_say),
		cmocka_unit_test(every_short_mask_matches_as_defined),
		cmocka_unit_test(the_work_grows_with_the_text_not_with_the_stars),
		cmocka_unit_test(a_long_part_is_tried_at_many_places_at_once),
		cmocka_unit_test(plain_masks_need_no_index),
		cmocka_unit_test(a_mask_that_takes_long_makes_one_index_for_all),
		cmocka_unit_test(an_index_is_of_one_casemapping),
		cmocka_unit_test(a_mask_is_the_same_in_other_cases),
		cmocka_unit_test(names_match_in_other_cases),
		cmocka_unit_test(a_question_mark_is_one_character),
		cmocka_unit_test(masks_are_written_out_in_full),
		cmocka_unit_test(what_is_no_mask_is_refused),
		cmocka_unit_test(masks_have_their_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
