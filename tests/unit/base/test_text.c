/* Small work on text. */
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

static void copying_cuts_and_ends(void **state)
{
	char to[4] = "zzz";

	(void) state;
	text_copy(to, sizeof(to), "ab");
	assert_string_equal(to, "ab");
	text_copy(to, sizeof(to), "abc");
	assert_string_equal(to, "abc");
	text_copy(to, sizeof(to), "abcd");
	assert_string_equal(to, "abc");
	text_copy(to, 1, "abcd");
	assert_string_equal(to, "");
}

static void numbers_are_digits_that_fit(void **state)
{
	static const struct {
		const char *text;
		uint64_t value;
	} good[] = {
		{ "0", 0 },
		{ "7", 7 },
		{ "007", 7 },
		{ "4294967296", 4294967296u },
		{ "18446744073709551609", UINT64_MAX - 6 },
		{ "18446744073709551610", UINT64_MAX - 5 },
		{ "18446744073709551615", UINT64_MAX },
	};
	uint64_t value = 1;

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(good); i++) {
		assert_true(text_parse_u64(good[i].text, &value));
		assert_true(value == good[i].value);
	}
}

static void what_is_no_number_changes_nothing(void **state)
{
	static const char *const bad[] = { "", " ", "-1", "+1", "1 ", " 1", "0x10", "1e3", "1.0",
		"18446744073709551616", "18446744073709551620", "28446744073709551615",
		"99999999999999999999999999", "1\xd9\xa1", "-4294967296", "/", ":" };
	uint64_t value = 42;

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		assert_false(text_parse_u64(bad[i], &value));
	assert_int_equal(value, 42);
}

static void numbers_are_written_in_decimal(void **state)
{
	char text[NUMBER_BYTES];

	(void) state;
	assert_string_equal(text_format_u64(0, text), "0");
	assert_string_equal(text_format_u64(1090, text), "1090");
	assert_string_equal(text_format_u64(UINT64_MAX, text), "18446744073709551615");
}

static void only_ascii_has_cases(void **state)
{
	(void) state;
	for (int byte = -128; byte < 128; byte++) {
		bool is_upper = byte >= 'A' && byte <= 'Z', is_lower = byte >= 'a' && byte <= 'z';

		assert_int_equal(text_lower((char) byte), is_upper ? byte + 32 : byte);
		assert_int_equal(text_upper((char) byte), is_lower ? byte - 32 : byte);
		assert_int_equal(text_is_letter((char) byte), is_upper || is_lower);
		assert_int_equal(text_is_digit((char) byte), byte >= '0' && byte <= '9');
	}
}

static void case_does_not_make_a_difference(void **state)
{
	(void) state;
	assert_true(text_equals_ignoring_case("", ""));
	assert_true(text_equals_ignoring_case("PrivMsg", "pRIVmSG"));
	assert_false(text_equals_ignoring_case("join", "joint"));
	assert_false(text_equals_ignoring_case("joint", "join"));
	assert_false(text_equals_ignoring_case("", "x"));
	assert_false(text_equals_ignoring_case("[", "{"));
	assert_false(text_equals_ignoring_case("\xc3\x84", "\xc3\xa4"));
}

static void a_secret_is_only_itself(void **state)
{
	static const char *const others[] = { "", "a", "ab", "abx", "xbc", "abcd", "abcabc" };

	(void) state;
	assert_true(text_is_secret("abc", "abc"));
	assert_true(text_is_secret("", ""));
	for (size_t i = 0; i < ARRAY_LENGTH(others); i++) {
		assert_false(text_is_secret("abc", others[i]));
		assert_false(text_is_secret(others[i], "abc"));
	}
}

static void a_text_starts_with_its_start(void **state)
{
	(void) state;
	assert_true(text_starts_with("abc", ""));
	assert_true(text_starts_with("abc", "abc"));
	assert_false(text_starts_with("abc", "abcd"));
	assert_false(text_starts_with("", "a"));
	assert_false(text_starts_with("abc", "B"));
}

static void utf8_is_told_from_other_bytes(void **state)
{
	static const char *const good[] = { "", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80",
		"\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80",
		"\xf4\x8f\xbf\xbf", "gr\xc3\xbc\xc3\x9f" };
	static const char *const bad[] = { "\x80", "\xbf", "\xc3", /* no start, no end */
		"\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf",		   /* overlong */
		"\xf0\x8f\xbf\xbf", "\xed\xa0\x80",		   /* overlong, a surrogate */
		"\xed\xbf\xbf", "\xf4\x90\x80\x80",		   /* a surrogate, over U+10FFFF */
		"\xf5\x80\x80\x80", "\xff", "\xfe",		   /* never */
		"\xe2\x82", "\xf0\x9f\x98", "\xe2\x28\xa1", "\xf0\x9f\x98\x28", "ok\xc3(",
		"\xc3\xbc\xbc" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(good); i++)
		assert_true(text_is_utf8(good[i], strlen(good[i])));
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		assert_false(text_is_utf8(bad[i], strlen(bad[i])));
	assert_true(text_is_utf8("a\0b", 3));
	assert_false(text_is_utf8("\xc3\xbc", 1));
}

/* After any cut, the text is valid and at most three bytes shorter than possible. */
static void cutting_never_splits_a_character(void **state)
{
	static const char *const texts[] = { "abcdef", "\xc3\xbc\xc3\xbc\xc3\xbc",
		"\xe2\x82\xac\xe2\x82\xac", "\xf0\x9f\x98\x80\xf0\x9f\x98\x80",
		"a\xf0\x9f\x98\x80z", "\xc3\xbcx\xe2\x82\xac" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		size_t length = strlen(texts[i]);

		for (size_t max = 0; max <= length + 2; max++) {
			size_t cut = text_cut_utf8(texts[i], length, max);

			assert_true(cut <= max && cut <= length);
			assert_true(text_is_utf8(texts[i], cut));
			assert_true(cut == length || cut + 4 > max);
		}
	}
}

static void other_bytes_are_mended(void **state)
{
	static const struct {
		const char *text, *mended;
	} rows[] = {
		{ "", "" },
		{ "plain text", "plain text" },
		{ "caf\xc3\xa9 caf\xe9", "caf\xc3\xa9 caf?" },
		{ "\xff\xfe\xf0\x9f\x98\x80\xf0\x9f\x98", "??\xf0\x9f\x98\x80???" },
		{ "\xc0\x80\xed\xa0\x80", "?????" },
		{ "eight by\xc3\xa9tes \xc3", "eight by\xc3\xa9tes ?" },
		{ "\xff"
		  "eighteen bytes that",
			"?eighteen bytes that" },
		{ "eighteen\xff bytes that", "eighteen? bytes that" },
		{ "eighteen bytes tha\xff", "eighteen bytes tha?" },
		{ "eight by\xff", "eight by?" },
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		char *text = mem_text(rows[i].text);

		text_mend_utf8(text, strlen(text));
		assert_string_equal(text, rows[i].mended);
		free(text);
	}
}

static void one_odd_byte_is_enough_not_to_be_plain(void **state)
{
	char text[20];

	(void) state;
	memset(text, ' ', sizeof(text));
	for (size_t length = 0; length < sizeof(text); length++) {
		assert_true(text_is_plain(text, length));
		for (size_t i = 0; i < length; i++)
			for (int byte = 0; byte < 256; byte++) {
				text[i] = (char) byte;
				assert_int_equal(
					text_is_plain(text, length), byte >= ' ' && byte < 0x80);
				text[i] = ' ';
			}
	}
}

static void ascii_ends_at_the_first_other_byte(void **state)
{
	char text[40];

	(void) state;
	for (size_t length = 0; length < sizeof(text); length++) {
		memset(text, 'a', sizeof(text));
		assert_int_equal(text_ascii_length(text, length), length);
		text[length] = (char) 0x80;
		for (size_t start = 0; start <= length; start++)
			assert_int_equal(text_ascii_length(text + start, sizeof(text) - start),
				length - start);
	}
}

static void surrogate_pairs_become_characters(void **state)
{
	static const struct {
		const char *given, *joined;
	} rows[] = {
		{ "", "" },
		{ "a\xed\xa0\xbd\xed\xb8\x80z", "a\xf0\x9f\x98\x80z" },
		/* The first and the last of all pairs. */
		{ "\xed\xa0\x80\xed\xb0\x80", "\xf0\x90\x80\x80" },
		{ "\xed\xaf\xbf\xed\xbf\xbf", "\xf4\x8f\xbf\xbf" },
		{ "\xed\xa0\xbd\xed\xb8\x80\xed\xa0\xbd\xed\xb8\x81",
			"\xf0\x9f\x98\x80\xf0\x9f\x98\x81" },
		/* Halves, the other way round, cut; and the letters in front of the surrogates. */
		{ "\xed\xa0\xbd", "\xed\xa0\xbd" },
		{ "\xed\xb8\x80\xed\xa0\xbd", "\xed\xb8\x80\xed\xa0\xbd" },
		{ "\xed\xa0\xbd\xed\xb8", "\xed\xa0\xbd\xed\xb8" },
		{ "\xed\xa0\xbd-\xed\xb8\x80", "\xed\xa0\xbd-\xed\xb8\x80" },
		{ "\xed\xa0\xfd\xed\xb8\x80", "\xed\xa0\xfd\xed\xb8\x80" },
		{ "\xed\x9f\xbf\xed\x9f\xbb", "\xed\x9f\xbf\xed\x9f\xbb" },
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		char text[20];
		size_t length = strlen(rows[i].given);

		memcpy(text, rows[i].given, length);
		length = text_join_surrogates(text, length);
		assert_int_equal(length, strlen(rows[i].joined));
		assert_memory_equal(text, rows[i].joined, length);
	}
}

static void cutting_what_is_not_utf8_stays_within_bounds(void **state)
{
	char bytes[32];

	(void) state;
	memset(bytes, 0x80, sizeof(bytes));
	for (size_t max = 0; max < sizeof(bytes); max++) {
		size_t cut = text_cut_utf8(bytes, sizeof(bytes), max);

		assert_true(cut <= max && cut + 4 > max);
	}
}

static void distance_counts_changed_letters(void **state)
{
	static const struct {
		const char *a, *b;
		unsigned int distance;
	} rows[] = {
		{ "", "", 0 },
		{ "", "abc", 3 },
		{ "abc", "", 3 },
		{ "listen", "listen", 0 },
		{ "LISTEN", "listen", 0 },
		{ "listen", "lisen", 1 },
		{ "listen", "listens", 1 },
		{ "kitten", "sitting", 3 },
		{ "ab", "ba", 2 },
		{ "flaw", "lawn", 2 },
	};
	char longest[64], too_long[65];

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		assert_int_equal(text_distance(rows[i].a, rows[i].b), rows[i].distance);
		assert_int_equal(text_distance(rows[i].b, rows[i].a), rows[i].distance);
	}
	memset(longest, 'x', 63);
	memset(too_long, 'x', 64);
	longest[63] = too_long[64] = '\0';
	assert_int_equal(text_distance(longest, longest), 0);
	assert_int_equal(text_distance(longest, ""), 63);
	assert_true(text_distance(too_long, too_long) > 63);
	assert_true(text_distance("x", too_long) > 63);
	assert_true(text_distance(too_long, "x") > 63);
}

static void splitting_gives_every_piece(void **state)
{
	char text[] = "#a,,#b,";
	char empty[] = "";
	char *rest = text;

	(void) state;
	assert_string_equal(text_split(&rest, ','), "#a");
	assert_string_equal(text_split(&rest, ','), "");
	assert_string_equal(text_split(&rest, ','), "#b");
	assert_string_equal(text_split(&rest, ','), "");
	assert_null(text_split(&rest, ','));
	assert_null(text_split(&rest, ','));
	rest = empty;
	assert_string_equal(text_split(&rest, ','), "");
	assert_null(text_split(&rest, ','));
}

static void commas_alone_are_no_pieces(void **state)
{
	(void) state;
	assert_false(text_has_piece("", ','));
	assert_false(text_has_piece(",,", ','));
	assert_true(text_has_piece(",,a", ','));
	assert_true(text_has_piece(" ", ','));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copying_cuts_and_ends),
		cmocka_unit_test(numbers_are_digits_that_fit),
		cmocka_unit_test(what_is_no_number_changes_nothing),
		cmocka_unit_test(numbers_are_written_in_decimal),
		cmocka_unit_test(only_ascii_has_cases),
		cmocka_unit_test(case_does_not_make_a_difference),
		cmocka_unit_test(a_secret_is_only_itself),
		cmocka_unit_test(a_text_starts_with_its_start),
		cmocka_unit_test(utf8_is_told_from_other_bytes),
		cmocka_unit_test(cutting_never_splits_a_character),
		cmocka_unit_test(other_bytes_are_mended),
		cmocka_unit_test(one_odd_byte_is_enough_not_to_be_plain),
		cmocka_unit_test(ascii_ends_at_the_first_other_byte),
		cmocka_unit_test(surrogate_pairs_become_characters),
		cmocka_unit_test(cutting_what_is_not_utf8_stays_within_bounds),
		cmocka_unit_test(distance_counts_changed_letters),
		cmocka_unit_test(splitting_gives_every_piece),
		cmocka_unit_test(commas_alone_are_no_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
