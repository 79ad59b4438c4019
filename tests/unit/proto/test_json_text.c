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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_quoted),
		cmocka_unit_test(no_text_is_null),
		cmocka_unit_test(bytes_that_are_no_text_are_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
