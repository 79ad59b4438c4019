/* Texts of strangers on a terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "papoctl/shown.h"

static void assert_put(const char *text, const char *expected)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };

	shown_put(&out, text);
	assert_string_equal(buffer_text(&out), expected);
}

static void what_moves_the_cursor_is_not_shown(void **state)
{
	(void) state;
	assert_put("", "");
	assert_put("caf\xc3\xa9 \xe6\xbc\xa2", "caf\xc3\xa9 \xe6\xbc\xa2");
	assert_put("a\x1b[2Jb\r\n\x7f", "a?[2Jb???");
	assert_put("\xc2\x9b"
		   "2J",
		"?2J");
	assert_put("\xe2\x80\xae"
		   "abc",
		"?abc");
	assert_put("\x9b\xff\xc3", "???");
}

static void sentences_keep_their_lines(void **state)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	(void) state;
	shown_print(out, "one\nt\x1bwo");
	fclose(out);
	assert_string_equal(text, "one\nt?wo\n");
	free(text);
}

static void formatted_values_are_shown(void **state)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	(void) state;
	shown_format(out, "%s: %d\n\n%s", "a\033b\xc2\x9b", 7, "\xe2\x80\xae");
	assert_int_equal(fclose(out), 0);
	assert_string_equal(text, "a?b?: 7\n\n?");
	free(text);
}

static void assert_json(const char *json, size_t flags, const char *expected)
{
	json_t *value = json_loads(json, JSON_DECODE_ANY, NULL), *again;
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	shown_print_json(out, value, flags);
	fclose(out);
	assert_string_equal(text, expected);
	again = json_loads(text, JSON_DECODE_ANY, NULL);
	assert_true(json_equal(value, again));
	free(text);
	json_decref(value);
	json_decref(again);
}

static void json_keeps_its_texts(void **state)
{
	(void) state;
	assert_json("[\"a\\u001b\\u007f\\u0080\\u009b\\u009f\\u00a0\\u00e9\"]", JSON_COMPACT,
		"[\"a\\u001B\\u007F\\u0080\\u009B\\u009F\xc2\xa0\xc3\xa9\"]\n");
	assert_json("{\"a\":1}", JSON_INDENT(2), "{\n  \"a\": 1\n}\n");
	assert_json("\"a\\\\\\u009b\"", JSON_ENCODE_ANY, "\"a\\\\\\u009B\"\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_moves_the_cursor_is_not_shown),
		cmocka_unit_test(sentences_keep_their_lines),
		cmocka_unit_test(formatted_values_are_shown),
		cmocka_unit_test(json_keeps_its_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
