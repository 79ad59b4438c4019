/* Filters: what matches, and what a text costs at most. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/filter_count.h"
#include "proto/filter_set.h"

#define MOST_IDS 2000

struct seen {
	uint8_t results[MOST_IDS];
	size_t count;
};

static void note_result(void *data, size_t id, enum filter_result result)
{
	struct seen *seen = data;

	assert_true(id < MOST_IDS);
	assert_int_equal(seen->results[id], FILTER_RESULT_NO); /* once */
	seen->results[id] = (uint8_t) result;
	seen->count++;
}

static enum filter_result match_one(const char *pattern, uint32_t match, const char *text)
{
	struct filter_set *set = filter_set_new();
	struct seen seen = { 0 };

	filter_set_add(set, pattern, match, FILTER_PLACE_TEXT, 7);
	filter_set_match(set, FILTER_PLACE_TEXT, text, note_result, &seen);
	filter_set_free(set);
	return (enum filter_result) seen.results[7];
}

static void a_literal_is_found_anywhere_in_any_case(void **state)
{
	(void) state;
	assert_true(match_one("Spam", FILTER_MATCH_LITERAL, "spam"));
	assert_true(match_one("spam", FILTER_MATCH_LITERAL, "buy sPaM now"));
	assert_true(match_one("a", FILTER_MATCH_LITERAL, "bA"));
	assert_true(match_one("ab", FILTER_MATCH_LITERAL, "xab"));
	assert_true(match_one("abc", FILTER_MATCH_LITERAL, "ababc"));
	assert_true(match_one("*", FILTER_MATCH_LITERAL, "2*2"));
	assert_false(match_one("spam", FILTER_MATCH_LITERAL, "spa m"));
	assert_false(match_one("spamm", FILTER_MATCH_LITERAL, "spam"));
	assert_false(match_one("s*m", FILTER_MATCH_LITERAL, "spam"));
	assert_false(match_one("spam", FILTER_MATCH_LITERAL, ""));
}

static void unicode_is_folded(void **state)
{
	(void) state;
	assert_true(match_one("СПАМ", FILTER_MATCH_LITERAL, "это спам!"));
	assert_true(match_one("straße", FILTER_MATCH_LITERAL, "STRASSE"));
	assert_true(match_one("spam", FILTER_MATCH_LITERAL, "ｓｐａｍ"));
	assert_true(match_one("spam", FILTER_MATCH_LITERAL,
		"sp\xe2\x80\x8b"
		"am")); /* U+200B */
	assert_true(match_one("*ÄRGER*", FILTER_MATCH_GLOB, "kein a\xcc\x88rger"));
	assert_true(match_one("ä", FILTER_MATCH_REGEX, "Ä"));
	assert_false(match_one("ä", FILTER_MATCH_LITERAL, "a"));
}

static void letters_that_look_alike_are_the_same(void **state)
{
	(void) state;
	assert_true(match_one("casino", FILTER_MATCH_ALIKE, "my CASINO"));
	assert_true(match_one("casino", FILTER_MATCH_ALIKE, "my c\xd0\xb0s\xd1\x96no"));
	assert_true(match_one("c\xd0\xb0sino", FILTER_MATCH_ALIKE, "casino"));
	assert_true(match_one("casino", FILTER_MATCH_ALIKE, "c\xc3\xa1\xcc\xb6sino"));
	assert_false(match_one("casino", FILTER_MATCH_ALIKE, "cas1no"));
	assert_true(match_one("казино", FILTER_MATCH_ALIKE, "КАЗИНО"));
	assert_false(match_one("casino", FILTER_MATCH_ALIKE, "казино"));
	assert_false(match_one("casino", FILTER_MATCH_LITERAL, "c\xd0\xb0sino"));
}

static bool are_nearly_the_same(const char *one, const char *other)
{
	uint64_t first[FILTER_FINGERPRINTS], second[FILTER_FINGERPRINTS];
	size_t n_first = filter_fingerprints(one, first);
	size_t n_second = filter_fingerprints(other, second);

	for (size_t i = 0; i < n_first; i++)
		for (size_t j = 0; j < n_second; j++)
			if (first[i] == second[j])
				return true;
	return false;
}

static void a_text_is_known_by_its_first_and_last_letters(void **state)
{
	const char *text = "Get rich in a week, ask me how on https://example.org/u17";

	(void) state;
	assert_true(are_nearly_the_same(text, text));
	assert_true(are_nearly_the_same(text, "GET rich in a WEEK... ask me: how? On the phone!"));
	assert_true(are_nearly_the_same(
		text, "hello ana: get rich, ask me how on https://example.org/u8876543210"));
	assert_true(are_nearly_the_same("sixteen letters ab", "Sixteen-Letters 123 ab!"));
	assert_false(are_nearly_the_same(text, "Get rich in a year, ask me how"));
	assert_false(are_nearly_the_same("good morning all", "good morning all"));
	assert_false(are_nearly_the_same("", ""));
	assert_false(are_nearly_the_same("12345678901234567890", "12345678901234567890"));
}

static void counts_have_limits(void **state)
{
	struct filter_count count;

	(void) state;
	assert_true(filter_count_parse(FILTER_MATCH_MENTIONS, "100", &count));
	assert_int_equal(count.most, 100);
	assert_false(filter_count_parse(FILTER_MATCH_MENTIONS, "101", &count));
	assert_false(filter_count_parse(FILTER_MATCH_MENTIONS, "99999999999999999999", &count));
	assert_false(filter_count_parse(FILTER_MATCH_MENTIONS, "", &count));
	assert_false(filter_count_parse(FILTER_MATCH_MENTIONS, "-1", &count));
	assert_true(filter_count_parse(FILTER_MATCH_REPEAT, "4/3600", &count));
	assert_int_equal(count.most, 4);
	assert_int_equal(count.seconds, 3600);
	assert_false(filter_count_parse(FILTER_MATCH_REPEAT, "4/", &count));
	assert_false(filter_count_parse(FILTER_MATCH_REPEAT, "/4", &count));
	assert_false(filter_count_parse(FILTER_MATCH_REPEAT, "4/0", &count));
	assert_false(filter_count_parse(FILTER_MATCH_REPEAT, "4/5/", &count));
}

static void formatting_does_not_hide_a_word(void **state)
{
	(void) state;
	assert_true(match_one("spam", FILTER_MATCH_LITERAL,
		"sp\x02\x02"
		"am"));
	assert_true(match_one("spam", FILTER_MATCH_LITERAL,
		"s\x03"
		"04,12pam"));
	assert_true(match_one("^spam$", FILTER_MATCH_REGEX, "\x1dspam\x0f"));
}

static void bytes_that_are_not_utf8_are_matched(void **state)
{
	(void) state;
	assert_true(match_one("spam", FILTER_MATCH_LITERAL, "\xff SPAM \xc3"));
	assert_true(match_one("*spam*", FILTER_MATCH_GLOB, "\xff SPAM \xc3"));
	assert_true(match_one("spam", FILTER_MATCH_REGEX, "\xff SPAM \xc3"));
}

static void a_glob_matches_the_whole_text(void **state)
{
	(void) state;
	assert_true(match_one("*buy*now*", FILTER_MATCH_GLOB, "please BUY it now!"));
	assert_true(match_one("b?y", FILTER_MATCH_GLOB, "buy"));
	assert_true(match_one("*\\**", FILTER_MATCH_GLOB, "2*2"));
	assert_false(match_one("buy", FILTER_MATCH_GLOB, "buy it"));
	assert_false(match_one("*now*buy*", FILTER_MATCH_GLOB, "buy it now"));
	assert_false(match_one("*\\**", FILTER_MATCH_GLOB, "22"));
}

static void an_expression_is_one_of_pcre(void **state)
{
	(void) state;
	assert_true(match_one("buy (cheap|fresh)", FILTER_MATCH_REGEX, "Buy fresh fish"));
	assert_true(match_one("a.b", FILTER_MATCH_REGEX, "a\nb"));
	assert_false(match_one("(?-i)spam", FILTER_MATCH_REGEX, "SPAM"));
	assert_false(match_one("^b", FILTER_MATCH_REGEX, "ab"));
}

static bool is_cheap(const char *pattern)
{
	CLEANUP(buffer_done) struct buffer why = { 0 };
	bool is_cheap = filter_is_cheap(FILTER_MATCH_REGEX, pattern, &why);

	assert_int_equal(is_cheap, !why.length);
	return is_cheap;
}

static void an_expression_that_is_tried_at_each_letter_is_slow(void **state)
{
	CLEANUP(buffer_done) struct buffer why = { 0 };

	(void) state;
	assert_false(is_cheap("([a-z])\\1{9}"));
	assert_false(is_cheap("(.)\\1{9}"));
	assert_false(is_cheap("\\w+\\.(tk|xyz)"));
	assert_false(is_cheap("\\p{M}{4,}"));
	assert_false(is_cheap("[a-z]+@[a-z]+\\.com"));
	assert_false(is_cheap("\\b\\w+\\b.*\\b\\w+\\b.*x;"));
	assert_true(is_cheap("https?://[^ ]*\\.(tk|xyz|top)\\b"));
	assert_true(is_cheap("(?:discord\\.gg|t\\.me)/\\w{5,}"));
	assert_true(is_cheap("^!+ .*free"));
	assert_true(is_cheap("[\\x{300}-\\x{36f}]{4}"));
	assert_true(is_cheap("onlyfans|porn|casino"));
	assert_true(is_cheap("a(b"));
	assert_true(filter_is_cheap(FILTER_MATCH_LITERAL, "(.)\\1{9}", &why));
}

static void places_are_kept_apart(void **state)
{
	struct filter_set *set = filter_set_new();
	struct seen seen = { 0 };

	(void) state;
	filter_set_add(set, "spam", FILTER_MATCH_LITERAL, FILTER_PLACE_NICK, 0);
	filter_set_add(set, "spam", FILTER_MATCH_REGEX, FILTER_PLACE_NICK | FILTER_PLACE_AWAY, 1);
	filter_set_add(set, "*spam*", FILTER_MATCH_GLOB, FILTER_PLACE_TEXT, 2);
	filter_set_match(set, FILTER_PLACE_PART, "spam", note_result, &seen);
	assert_int_equal(seen.count, 0);
	filter_set_match(set, FILTER_PLACE_AWAY, "spam", note_result, &seen);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.results[1], FILTER_RESULT_YES);
	filter_set_free(set);
}

/* "w17x", each also as a glob with its number doubled. */
static void add_many(struct filter_set *set, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		CLEANUP(buffer_done) struct buffer word = { 0 }, glob = { 0 };

		buffer_format(&word, "w%zux", i);
		buffer_format(&glob, "*w%zux*z", i);
		filter_set_add(set, word.bytes, FILTER_MATCH_LITERAL, FILTER_PLACE_TEXT, i);
		filter_set_add(set, glob.bytes, FILTER_MATCH_GLOB, FILTER_PLACE_TEXT, count + i);
	}
}

static void each_of_many_is_found(void **state)
{
	struct filter_set *set = filter_set_new();

	(void) state;
	add_many(set, 1000);
	for (size_t i = 0; i < 1000; i++) {
		CLEANUP(buffer_done) struct buffer text = { 0 };
		struct seen seen = { 0 };

		buffer_format(&text, "some W%zuX%s", i, i % 2 ? " and z" : "");
		filter_set_match(set, FILTER_PLACE_TEXT, text.bytes, note_result, &seen);
		assert_int_equal(seen.results[i], FILTER_RESULT_YES);
		assert_int_equal(seen.results[1000 + i], i % 2 ? FILTER_RESULT_YES : 0);
		assert_int_equal(seen.count, 1 + i % 2);
	}
	filter_set_free(set);
}

static void an_expensive_expression_reaches_its_limit(void **state)
{
	char text[401];

	(void) state;
	memset(text, 'a', 400);
	text[400] = '\0';
	assert_int_equal(match_one("(a+)+[bc]", FILTER_MATCH_REGEX, text), FILTER_RESULT_LIMIT);
	assert_int_equal(
		match_one("(a|aa)+(?!a)[bc]", FILTER_MATCH_REGEX, text), FILTER_RESULT_LIMIT);
	assert_int_equal(match_one("a+b", FILTER_MATCH_REGEX, text), FILTER_RESULT_NO);
}

/* Links are often as long as the message. */
static void a_long_word_takes_not_too_many_steps(void **state)
{
	static const char pattern[] = "https?://[^ ]*\\.(tk|xyz|top)\\b";
	char word[350];

	(void) state;
	memset(word, 'x', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	for (int i = 0; i < 40; i++) {
		CLEANUP(buffer_done) struct buffer good = { 0 }, bad = { 0 }, padding = { 0 };

		for (int j = 0; j < i; j++)
			buffer_put_text(&padding, "Have you seen this? ");
		buffer_format(&good, "%shttps://example.org/%s", buffer_text(&padding), word);
		buffer_format(&bad, "%shttps://example.xyz/%s", buffer_text(&padding), word);
		assert_int_equal(
			match_one(pattern, FILTER_MATCH_REGEX, good.bytes), FILTER_RESULT_NO);
		assert_int_equal(
			match_one(pattern, FILTER_MATCH_REGEX, bad.bytes), FILTER_RESULT_YES);
	}
}

static void what_matches_can_be_stripped(void **state)
{
	static const struct {
		const char *pattern;
		uint32_t match;
		const char *text, *stripped; /* NULL: nothing */
	} cases[] = {
		{ "spam", FILTER_MATCH_LITERAL, "a SPAM b spam", "a  b " },
		{ "s.am", FILTER_MATCH_LITERAL, "spam s.am", "spam " },
		{ "s.am", FILTER_MATCH_REGEX, "spam s.am", " " },
		{ "спам", FILTER_MATCH_LITERAL, "xСПАМ", "x" },
		{ "spam", FILTER_MATCH_LITERAL, "\x02spam\x02!", "!" },
		{ "x*", FILTER_MATCH_REGEX, "axxb", "ab" },
		{ "\\bspam", FILTER_MATCH_REGEX, "spamspam", "spam" },
		{ "spam", FILTER_MATCH_LITERAL, "nothing", NULL },
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		CLEANUP(mem_freep)
		char *stripped = filter_strip(cases[i].pattern, cases[i].match, cases[i].text);

		if (cases[i].stripped)
			assert_string_equal(stripped, cases[i].stripped);
		else
			assert_null(stripped);
	}
}

static void what_is_impossible_is_said(void **state)
{
	static const struct {
		uint32_t match, action;
		const char *pattern, *why; /* NULL: possible */
	} cases[] = {
		{ FILTER_MATCH_REGEX, FILTER_ACTION_BLOCK, "a(b", "missing closing parenthesis" },
		{ FILTER_MATCH_REGEX, FILTER_ACTION_BLOCK, "a)", "unmatched" },
		{ FILTER_MATCH_REGEX, FILTER_ACTION_BLOCK, "\\C", "\\C" },
		{ FILTER_MATCH_REGEX, FILTER_ACTION_BLOCK, "((ab){1000}){1000}", "too large" },
		{ FILTER_MATCH_GLOB, FILTER_ACTION_BLOCK, "*?*", "besides wildcards" },
		{ FILTER_MATCH_GLOB, FILTER_ACTION_STRIP, "*a*", "nothing to strip" },
		{ FILTER_MATCH_LITERAL, FILTER_ACTION_BLOCK, "", "1 to 300" },
		{ FILTER_MATCH_LITERAL, FILTER_ACTION_BLOCK, "a\x02", "control" },
		{ FILTER_MATCH_LITERAL, FILTER_ACTION_BLOCK, "\xff", "UTF-8" },
		{ FILTER_MATCH_LITERAL, FILTER_ACTION_STRIP, "*", NULL },
		{ FILTER_MATCH_GLOB, FILTER_ACTION_KICK, "a*", NULL },
		{ FILTER_MATCH_REGEX, FILTER_ACTION_BAN, "(?x) a b", NULL },
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		CLEANUP(buffer_done) struct buffer why = { 0 };
		bool is_possible =
			filter_is_possible(cases[i].match, cases[i].action, cases[i].pattern, &why);

		assert_int_equal(is_possible, !cases[i].why);
		if (cases[i].why)
			assert_non_null(strstr(why.bytes, cases[i].why));
	}
}

static void words_have_numbers(void **state)
{
	CLEANUP(buffer_done) struct buffer places = { 0 };

	(void) state;
	assert_int_equal(filter_match_of("glob"), FILTER_MATCH_GLOB);
	assert_int_equal(filter_match_of("globe"), 0);
	assert_string_equal(filter_match_word(FILTER_MATCH_REGEX), "regex");
	assert_int_equal(filter_action_of("kick"), FILTER_ACTION_KICK);
	assert_string_equal(filter_action_word(FILTER_ACTION_TELL), "tell");
	assert_int_equal(filter_places_of("nick,text"), FILTER_PLACE_NICK | FILTER_PLACE_TEXT);
	assert_int_equal(filter_places_of("nick,"), 0);
	assert_int_equal(filter_places_of(""), 0);
	filter_places_format(filter_places_of("part,text"), &places);
	assert_string_equal(places.bytes, "text,part");
	assert_true(filter_name_is_valid("no-links.2"));
	assert_false(filter_name_is_valid(""));
	assert_false(filter_name_is_valid("a b"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_literal_is_found_anywhere_in_any_case),
		cmocka_unit_test(unicode_is_folded),
		cmocka_unit_test(letters_that_look_alike_are_the_same),
		cmocka_unit_test(a_text_is_known_by_its_first_and_last_letters),
		cmocka_unit_test(counts_have_limits),
		cmocka_unit_test(formatting_does_not_hide_a_word),
		cmocka_unit_test(bytes_that_are_not_utf8_are_matched),
		cmocka_unit_test(a_glob_matches_the_whole_text),
		cmocka_unit_test(an_expression_is_one_of_pcre),
		cmocka_unit_test(an_expression_that_is_tried_at_each_letter_is_slow),
		cmocka_unit_test(places_are_kept_apart),
		cmocka_unit_test(each_of_many_is_found),
		cmocka_unit_test(an_expensive_expression_reaches_its_limit),
		cmocka_unit_test(a_long_word_takes_not_too_many_steps),
		cmocka_unit_test(what_matches_can_be_stripped),
		cmocka_unit_test(what_is_impossible_is_said),
		cmocka_unit_test(words_have_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
