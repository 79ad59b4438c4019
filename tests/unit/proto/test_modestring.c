/* Mode strings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "proto/modestring.h"

#define MAX 8

/* o always, b list, l when set, all others none. */
static enum modestring_param param_of(char letter)
{
	switch (letter) {
	case 'o':
		return MODESTRING_PARAM_ALWAYS;
	case 'b':
		return MODESTRING_PARAM_LIST;
	case 'l':
		return MODESTRING_PARAM_WHEN_SET;
	default:
		return MODESTRING_PARAM_NONE;
	}
}

/* "+o=ana -b=" and so on: every change with its sign. */
static const char *describe(const char *const *params, size_t max, struct buffer *out)
{
	struct modestring_change changes[MAX];
	size_t n = modestring_parse(params, param_of, changes, max);

	assert_true(n <= max);
	buffer_clear(out);
	for (size_t i = 0; i < n; i++) {
		buffer_format(out, "%s%c%c", i ? " " : "", changes[i].is_set ? '+' : '-',
			changes[i].letter);
		if (changes[i].param)
			buffer_format(out, "=%s", changes[i].param);
	}
	return buffer_text(out);
}

static void mode_strings_are_taken_apart(void **state)
{
	static const struct {
		const char *params[6], *changes;
	} rows[] = {
		{ { NULL }, "" },
		{ { "" }, "" },
		{ { "+" }, "" },
		{ { "-+-" }, "" },
		{ { "n" }, "+n" },
		{ { "nt-i" }, "+n +t -i" },
		{ { "+o-o", "ana", "bea" }, "+o=ana -o=bea" },
		{ { "+ooo", "ana" }, "+o=ana +o +o" },
		{ { "b" }, "+b" },
		{ { "-b" }, "-b" },
		{ { "+b", "*!*@x" }, "+b=*!*@x" },
		{ { "+l-l", "5", "6" }, "+l=5 -l" },
		{ { "-l+o", "ana" }, "-l +o=ana" },
		{ { "+Z\xff:", "ana" }, "+Z +\xff +:" },
		{ { "+o", "" }, "+o=" },
		{ { "+o", "-" }, "+o=-" },
		{ { "--o++o", "ana", "bea", "cea" }, "-o=ana +o=bea" },
		{ { "+i", "-i" }, "+i -i" },
		{ { "+o", "ana", "-i+l", "5" }, "+o=ana -i +l=5" },
		{ { "+o", "-i", "x", "-n" }, "+o=-i" },
		{ { "+n", "x", "-n" }, "+n" },
		{ { "", "+n", "-", "-t" }, "+n -t" },
	};
	struct buffer out = { 0 };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		assert_string_equal(describe(rows[i].params, MAX, &out), rows[i].changes);
	buffer_done(&out);
}

static void assert_words(const char *const *params, const char *expected)
{
	CLEANUP(modestring_words_done) struct modestring_words words;
	CLEANUP(buffer_done) struct buffer out = { 0 };

	modestring_words_init(&words, params);
	for (size_t i = 0; words.at[i]; i++)
		buffer_format(&out, "%s<%s>", i ? " " : "", words.at[i]);
	assert_string_equal(buffer_text(&out), expected);
}

static void a_mode_string_with_spaces_is_several_words(void **state)
{
	static const char *const rows[][4] = {
		{ NULL },
		{ "" },
		{ " " },
		{ "+o", "a b" },
		{ "+i -i" },
		{ " +kl  a  5 " },
	};
	static const char *const expected[] = { "", "<>", "", "<+o> <a b>", "<+i> <-i>",
		"<+kl> <a> <5>" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		assert_words(rows[i], expected[i]);
}

static void there_is_an_end_to_words(void **state)
{
	char text[300], *at = text;
	const char *params[] = { text, NULL };
	struct modestring_words words;
	size_t n = 0;

	(void) state;
	for (int i = 0; i < 100; i++, at += 2)
		memcpy(at, "x ", 3);
	modestring_words_init(&words, params);
	while (words.at[n])
		n++;
	assert_int_equal(n, MODESTRING_WORDS);
	modestring_words_done(&words);
}

static void more_changes_than_asked_for_are_left_out(void **state)
{
	static const char *const params[] = { "+ooooooooooo", "1", "2", "3", "4", NULL };
	static const char *const signs[] = { "+o+-+-+-+-+-", "1", NULL };
	struct buffer out = { 0 };

	(void) state;
	assert_string_equal(describe(params, 3, &out), "+o=1 +o=2 +o=3");
	assert_string_equal(describe(params, 0, &out), "");
	assert_string_equal(describe(signs, 1, &out), "+o=1");
	buffer_done(&out);
}

static void formatting_repeats_no_sign(void **state)
{
	static const struct modestring_change changes[] = { { true, 'o', "ana" },
		{ true, 'n', NULL }, { false, 'b', "*!*@x" }, { false, 't', NULL },
		{ true, 'l', "5" } };
	struct buffer out = { 0 };

	(void) state;
	modestring_format(changes, 0, &out);
	assert_string_equal(buffer_text(&out), "");
	modestring_format(changes, ARRAY_LENGTH(changes), &out);
	assert_string_equal(buffer_text(&out), "+on-bt+l ana *!*@x 5");
	buffer_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mode_strings_are_taken_apart),
		cmocka_unit_test(a_mode_string_with_spaces_is_several_words),
		cmocka_unit_test(there_is_an_end_to_words),
		cmocka_unit_test(more_changes_than_asked_for_are_left_out),
		cmocka_unit_test(formatting_repeats_no_sign),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
