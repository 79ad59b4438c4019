/* Texts in JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/json_text.h"

static void assert_json(const char *text, const char *json)
{
	struct buffer out = { 0 };

	json_put_text(&out, text);
	assert_string_equal(buffer_text(&out), json);
	buffer_done(&out);
}

static void texts_are_quoted(void **state)
{
	(void) state;
	assert_json("", "\"\"");
	assert_json("ana", "\"ana\"");
	assert_json("a\"b\\c", "\"a\\\"b\\\\c\"");
	assert_json("a\tb\x7f", "\"a\\u0009b\\u007f\"");
	assert_json("\xc3\xa9", "\"\xc3\xa9\"");
}

static void no_text_is_null(void **state)
{
	(void) state;
	assert_json(NULL, "null");
}

static void bytes_that_are_no_text_are_replaced(void **state)
{
	(void) state;
	assert_json("a\xff\xc3", "\"a\\ufffd\\ufffd\"");
}

static void assert_parts(const char *text, size_t most_bytes, const char *json)
{
	struct buffer out = { 0 };

	do {
		size_t before = out.length;

		text = json_put_part(&out, text, most_bytes);
		assert_true(out.length - before <= most_bytes);
	} while (*text);
	assert_string_equal(buffer_text(&out), json);
	buffer_done(&out);
}

static void a_long_text_has_parts(void **state)
{
	(void) state;
	assert_parts("", 8, "\"\"");
	assert_parts("123456", 8, "\"123456\"");
	assert_parts("1234567", 8, "\"123456\"\"7\"");
	assert_parts("1234567890", 10, "\"12345678\"\"90\"");
}

static void parts_cut_no_character_in_two(void **state)
{
	(void) state;
	assert_parts("12345\xc3\xa9", 8, "\"12345\"\"\xc3\xa9\"");
	assert_parts("12345\"6", 8, "\"12345\"\"\\\"6\"");
	assert_parts("\t\t\xff", 8, "\"\\u0009\"\"\\u0009\"\"\\ufffd\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_quoted),
		cmocka_unit_test(no_text_is_null),
		cmocka_unit_test(a_long_text_has_parts),
		cmocka_unit_test(parts_cut_no_character_in_two),
		cmocka_unit_test(bytes_that_are_no_text_are_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
