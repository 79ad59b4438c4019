#include "parse.h"

#include <string.h>

#include "config/syntax.h"

static void assert_syntax(const char *text, const char *expected)
{
	struct problems problems = { 0 };
	struct buffer out = { 0 };

	assert_int_equal(syntax_check("f", text, &problems), !*expected);
	for (size_t i = 0; i < problems.count; i++) {
		if (i)
			buffer_put_byte(&out, '\n');
		problem_format(&problems.items[i], &out);
	}
	assert_string_equal(buffer_text(&out), expected);
	problems_done(&problems);
	buffer_done(&out);
}

static void what_libconfig_reads_is_read(void **state)
{
	(void) state;
	assert_syntax("", "");
	assert_syntax("a = 1 b : 2, c = -3; /* c */ d = 0x1fL; # e", "");
	assert_syntax("a = \"x\" \"y\\\"z\"\n \"w\"; // end", "");
	assert_syntax("a = ( { b = [ 1, 2 ]; }, 3, \"4\", () ); c = {}; d = []; e = true", "");
	assert_syntax("x-y*z_1 = 0.5; /*/ still a comment */", "");
}

static void includes_are_refused(void **state)
{
	(void) state;
	assert_syntax("a = 1;\n  @include \"/etc/passwd\"\n",
		"f:2: @include is not supported; put the file into the directory conf.d beside "
		"papod.conf, under a name that ends in .conf");
	assert_syntax("# @include \"x\"\na = \"@include\";", "");
}

static void numbers_that_do_not_fit_are_refused(void **state)
{
	(void) state;
	assert_syntax("a = 2147483647;", "");
	assert_syntax("a = 2147483648;",
		"f:1: found '2147483648'; expected a smaller number, at most 2147483647");
	assert_syntax("a = 0x1000000000000000001;",
		"f:1: found '0x1000000000000000001'; expected a smaller number, at most "
		"2147483647");
	assert_syntax("a = 5min;", "f:1: found '5min'; expected a number; put text and numbers "
				   "with a unit in quotes");
}

static void what_is_missing_is_named(void **state)
{
	(void) state;
	assert_syntax("a = \"x\nb = 2;",
		"f:1: the text that begins here has no closing quote on its line");
	assert_syntax("a = \"x\"\n\"y\nb = 2;",
		"f:2: the text that begins here has no closing quote on its line");
	assert_syntax("\na /* b\n", "f:2: the comment that begins here with /* has no closing */");
	assert_syntax("a = { b = 1;\n", "f:2: found the end of the file; expected the name of an "
					"option, or '}'");
	assert_syntax("a 1", "f:1: found '1'; expected '=' or ':' after the name of an option; "
			     "texts, and numbers with a unit, need double quotes");
	assert_syntax("a = yes;", "f:1: found 'yes'; expected a value; put text in quotes");
	assert_syntax("a = [ 1 2 ];", "f:1: found '2'; expected ',' or ']'");
	assert_syntax("a = ( 1, );",
		"f:1: found ')'; expected a value; the last one has no comma behind it");
	assert_syntax("a.b = 1;",
		"f:1: found 'a.b'; expected a name of letters, digits, - and _; for an option of a "
		"group write: group: { option = value; };");
	assert_syntax("a = 1;\n\001", "f:2: the byte 0x01 may stand only in texts and comments");
}

/* At any place of a token, an unreadable one is the only problem. */
static void nothing_is_read_behind_an_error(void **state)
{
	static const char *const before[] = { "", "a", "a=", "a=1", "a=1;", "a=\"x\"", "a=true",
		"a=[", "a=[1", "a=[1,", "a=[1]", "a=[\"x\"", "a=(", "a=({", "a=({}", "a=({},",
		"a=({})", "a={", "a={b", "a={b=", "a={b=1", "a={b=1;", "a={}", "a=(\"x\"\"y\"" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(before); i++) {
		CLEANUP(buffer_done) struct buffer text = { 0 };

		buffer_format(&text, "%s \001 }])", before[i]);
		assert_syntax(
			text.bytes, "f:1: the byte 0x01 may stand only in texts and comments");
	}
}

/* Only the beginning of a long token is shown, without a partial character. */
static void long_tokens_are_shown_in_part(void **state)
{
#define ASSERT_SHOWN(token, shown)                                                                 \
	assert_syntax("a " token, "f:1: found '" shown                                             \
				  "; expected '=' or ':' after the name of an option; texts, and " \
				  "numbers with a unit, need double quotes")
#define TEXT_36 "123456789 123456789 123456789 123456"
	(void) state;
	ASSERT_SHOWN("\"" TEXT_36 "78\"", "\"" TEXT_36 "78\"'");
	ASSERT_SHOWN("\"" TEXT_36 "789\"", "\"" TEXT_36 "789' ...");
	ASSERT_SHOWN("\"" TEXT_36 "7ää\"", "\"" TEXT_36 "7ä' ...");
	ASSERT_SHOWN("\"" TEXT_36 "78ä\"", "\"" TEXT_36 "78' ...");
}

static void names_that_come_twice_are_refused(void **state)
{
	(void) state;
	assert_syntax("a = 1;\nb = { a = 2; };\na = 3;",
		"f:3: 'a' is already set in line 1; remove one of the two, with all that belongs "
		"to it");
}

static void depth_and_width_are_bounded(void **state)
{
	struct buffer text = { 0 };

	(void) state;
	buffer_put_text(&text, "a = ");
	for (int i = 0; i < 100000; i++)
		buffer_put_byte(&text, '(');
	assert_syntax(text.bytes, "f:1: the groups and lists are nested too deep");
	buffer_clear(&text);
	for (int i = 0; i < 1000; i++)
		buffer_format(&text, "a%d = 1;\n", i);
	assert_syntax(text.bytes, "f:257: there are too many names in one group");
	buffer_done(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_libconfig_reads_is_read),
		cmocka_unit_test(includes_are_refused),
		cmocka_unit_test(numbers_that_do_not_fit_are_refused),
		cmocka_unit_test(what_is_missing_is_named),
		cmocka_unit_test(nothing_is_read_behind_an_error),
		cmocka_unit_test(long_tokens_are_shown_in_part),
		cmocka_unit_test(names_that_come_twice_are_refused),
		cmocka_unit_test(depth_and_width_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
