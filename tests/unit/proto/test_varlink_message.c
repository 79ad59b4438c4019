/* Messages of Varlink. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "proto/varlink_message.h"

static bool parse(const char *text, struct varlink_message *ret_message)
{
	return varlink_message_parse(text, strlen(text), ret_message);
}

static void a_call_is_read(void **state)
{
	CLEANUP(varlink_message_done) struct varlink_message message = { 0 };
	uint64_t number = 0;

	(void) state;
	assert_true(parse("{\"method\":\"a.B.C\",\"parameters\":{\"n\":7,\"t\":\"x\"},"
			  "\"oneway\":true,\"upgrade\":true,\"more\":true,\"unknown\":[1]}",
		&message));
	assert_string_equal(message.method, "a.B.C");
	assert_null(message.error);
	assert_true(message.is_oneway);
	assert_true(message.is_upgrade);
	assert_true(varlink_message_number(&message, "n", &number));
	assert_int_equal(number, 7);
	assert_string_equal(varlink_message_text(&message, "t"), "x");
	assert_null(varlink_message_text(&message, "n"));
	assert_null(varlink_message_text(&message, "missing"));
	assert_false(varlink_message_number(&message, "t", &number));
	assert_false(varlink_message_number(&message, "missing", &number));
}

static void a_reply_is_read(void **state)
{
	CLEANUP(varlink_message_done) struct varlink_message reply = { 0 }, error = { 0 };
	uint64_t number;

	(void) state;
	assert_true(parse("{\"parameters\":{\"n\":-1}}", &reply));
	assert_null(reply.method);
	assert_null(reply.error);
	assert_false(reply.is_oneway);
	assert_false(varlink_message_number(&reply, "n", &number));
	assert_true(parse("{\"error\":\"a.B.Failed\",\"parameters\":null}", &error));
	assert_string_equal(error.error, "a.B.Failed");
	assert_null(error.parameters);
	assert_null(varlink_message_text(&error, "reason"));
}

static void what_is_no_message_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"{",
		"[]",
		"null",
		"7",
		"\"method\"",
		"{} {}",
		"{\"method\":7}",
		"{\"method\":\"a\",\"method\":\"b\"}",
		"{\"method\":\"a\",\"error\":\"b\"}",
		"{\"method\":\"a\\u0000b\"}",
		"{\"method\":\"\xff\"}",
		"{\"error\":[]}",
		"{\"parameters\":[]}",
		"{\"parameters\":\"\"}",
		"{\"method\":\"a\",\"oneway\":1}",
		"{\"method\":\"a\",\"upgrade\":\"true\"}",
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		struct varlink_message message;

		assert_false(parse(texts[i], &message));
	}
}

static void a_nul_inside_is_refused(void **state)
{
	struct varlink_message message;

	(void) state;
	assert_false(varlink_message_parse("{}\0{}", 5, &message));
}

static void depth_has_an_end(void **state)
{
	CLEANUP(buffer_done) struct buffer deep = { 0 };
	struct varlink_message message;

	(void) state;
	while (deep.length < VARLINK_MESSAGE_BYTES)
		buffer_put_text(&deep, "{\"parameters\":");
	assert_false(parse(deep.bytes, &message));
	buffer_clear(&deep);
	while (deep.length < VARLINK_MESSAGE_BYTES)
		buffer_put_text(&deep, "[");
	assert_false(parse(deep.bytes, &message));
}

static void messages_are_written(void **state)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };
	json_t *parameters = json_object();

	(void) state;
	json_object_set_new(parameters, "n", json_integer(7));
	varlink_message_put_call(&out, "a.B.C", parameters);
	assert_string_equal(out.bytes, "{\"method\":\"a.B.C\",\"parameters\":{\"n\":7}}");
	assert_int_equal(out.length, strlen(out.bytes) + 1);
	buffer_clear(&out);
	varlink_message_put_call(&out, "a.B.C", NULL);
	assert_string_equal(out.bytes, "{\"method\":\"a.B.C\"}");
	buffer_clear(&out);
	varlink_message_put_reply(&out, NULL);
	assert_string_equal(out.bytes, "{}");
	buffer_clear(&out);
	varlink_message_put_error(&out, "a.B.Failed", "reason", "no");
	assert_string_equal(
		out.bytes, "{\"error\":\"a.B.Failed\",\"parameters\":{\"reason\":\"no\"}}");
}

static void what_is_written_is_utf8(void **state)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };

	(void) state;
	varlink_message_put_error(&out, "a.B.Failed", "reason", "/a\xff: \xc3\xa4 \"b\"");
	assert_string_equal(out.bytes, "{\"error\":\"a.B.Failed\",\"parameters\":{\"reason\":"
				       "\"/a?: \xc3\xa4 \\\"b\\\"\"}}");
}

static void an_answer_comes_in_parts(void **state)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };
	CLEANUP(varlink_message_done) struct varlink_message call = { 0 }, part = { 0 };

	(void) state;
	varlink_message_put_call_for_more(&out, "a.B.C", NULL);
	assert_string_equal(out.bytes, "{\"method\":\"a.B.C\",\"more\":true}");
	assert_true(parse(out.bytes, &call));
	assert_true(call.wants_more);
	buffer_clear(&out);
	varlink_message_put_part(&out, json_object(), true);
	assert_string_equal(out.bytes, "{\"parameters\":{},\"continues\":true}");
	assert_true(parse(out.bytes, &part));
	assert_true(part.is_continued);
	buffer_clear(&out);
	varlink_message_put_part(&out, json_object(), false);
	assert_string_equal(out.bytes, "{\"parameters\":{}}");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_is_read),
		cmocka_unit_test(a_reply_is_read),
		cmocka_unit_test(what_is_no_message_is_refused),
		cmocka_unit_test(a_nul_inside_is_refused),
		cmocka_unit_test(depth_has_an_end),
		cmocka_unit_test(messages_are_written),
		cmocka_unit_test(an_answer_comes_in_parts),
		cmocka_unit_test(what_is_written_is_utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
