/* Notifications as irker's clients send them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "assert_notification.h"
#include "base/cleanup.h"
#include "proto/notification.h"

/* irkerd(8), DESCRIPTION; and what json.dumps() of irkerhook(1) makes. */
static void the_examples_of_irker_are_understood(void **state)
{
	(void) state;
	assert_says(
		"{\"to\":\"irc://chat.freenode.net/git-ciabot\", \"privmsg\":\"Hello, world!\"}",
		"|#git-ciabot|Hello, world!\n");
	assert_says("{\"to\":[\"irc://chat.freenode.net/#git-ciabot\","
		    "\"irc://chat.freenode.net/#gpsd\"],\"privmsg\":\"Multichannel test\"}",
		"|#git-ciabot|Multichannel test\n|#gpsd|Multichannel test\n");
	assert_says("{\"to\":\"irc://chat.hypothetical.net:6668/git-ciabot\", \"privmsg\":\"Hi\"}",
		"|#git-ciabot|Hi\n");
	assert_says("{\"to\":\"ircs://chat.hypothetical.net/git-private?key=topsecret\", "
		    "\"privmsg\":\"Keyed channel test\"}",
		"|#git-private|Keyed channel test\n");
	assert_says("{\"to\":\"ircs://:topsecret@chat.example.net/git-private\", "
		    "\"privmsg\":\"Password-protected server test\"}",
		"|#git-private|Password-protected server test\n");
	assert_says("{\"to\": [\"irc://localhost/#commits\"], "
		    "\"privmsg\": \"papod: \\u0002Zo\\u00eb\\u000f \\ud83c\\udf31\"}",
		"|#commits|papod: \x02Zo\xc3\xab\x0f \xf0\x9f\x8c\xb1\n");
}

static void each_line_of_a_privmsg_is_a_message(void **state)
{
	(void) state;
	assert_says("{\"to\":[\"irc://h/a\",\"irc://h/b\"],\"privmsg\":\"x\\r\\n\\n  \\ny\\n\"}",
		"|#a|x\n|#a|y\n|#b|x\n|#b|y\n");
	assert_refused("{\"to\":\"irc://h/a\",\"privmsg\":\"x\\ry\"}",
		"a carriage return stands inside a line");
}

static void an_empty_privmsg_says_nothing(void **state)
{
	(void) state;
	assert_says("{\"to\":\"irc://h/a\",\"privmsg\":\"\"}", "");
	assert_says("{\"to\":[\"irc://h/a\"],\"privmsg\":\" \\n\"}", "");
	assert_refused(
		"{\"to\":\"irc://h\",\"privmsg\":\"\"}", "the URL in \"to\" names no channel");
}

static void several_objects_stand_in_a_list(void **state)
{
	(void) state;
	assert_says(" \r\n[{\"to\":\"irc://h/a\",\"privmsg\":\"x\",\"token\":\"" TOKEN "\"},\n"
		    "{\"to\":\"irc://h/b\",\"privmsg\":\"y\"}]\n",
		TOKEN "|#a|x\n|#b|y\n");
	assert_refused("[{\"to\":\"irc://h/a\",\"privmsg\":\"x\"},{\"to\":\"irc://h/b\"}]",
		"object 2: \"privmsg\" is missing");
	assert_refused(
		"[{\"to\":\"irc://h/a\",\"privmsg\":\"x\"},3]", "object 2: it is no JSON object");
	assert_refused(
		"[[{\"to\":\"irc://h/a\",\"privmsg\":\"x\"}]]", "object 1: it is no JSON object");
	assert_refused("[]", "the list is empty");
}

static void members_are_what_irker_knows(void **state)
{
	(void) state;
	assert_says(
		"{\"privmsg\":\"x\",\"by\":[1.5,{\"a\":null}],\"to\":\"irc://h/a\"}", "|#a|x\n");
	assert_refused("{}", "\"privmsg\" is missing");
	assert_refused("{\"privmsg\":\"x\"}", "\"to\" is missing");
	assert_refused("{\"privmsg\":[\"x\"],\"to\":\"irc://h/a\"}", "\"privmsg\" is no string");
	assert_refused("{\"privmsg\":null,\"to\":\"irc://h/a\"}", "\"privmsg\" is no string");
	assert_refused("{\"privmsg\":\"x\",\"to\":[]}", "\"to\" is an empty list");
	assert_refused("{\"privmsg\":\"x\",\"to\":{}}", "\"to\" holds something else than URLs");
	assert_refused("{\"privmsg\":\"x\",\"to\":null}", "\"to\" holds something else than URLs");
	assert_refused("{\"privmsg\":\"x\",\"to\":[\"irc://h/a\",7]}",
		"\"to\" holds something else than URLs");
}

static void the_token_of_an_object_is_checked(void **state)
{
	static const char no_token[] = "\"token\" is no token: one has 16 to 190 characters of "
				       "ASCII without blanks";

	(void) state;
	assert_refused("{\"privmsg\":\"x\",\"to\":\"irc://h/a\",\"token\":\"\"}", no_token);
	assert_refused(
		"{\"privmsg\":\"x\",\"to\":\"irc://h/a\",\"token\":\"0123456789abcde\"}", no_token);
	assert_refused(
		"{\"privmsg\":\"x\",\"to\":\"irc://h/a\",\"token\":7}", "\"token\" is no string");
}

static void damaged_json_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *json, *place;
	} rows[] = {
		{ "{", "line 1, column 1: string or '}' expected" },
		{ "[", "line 1, column 1: ']' expected" },
		{ "{\"to\":}", "line 1, column 7: unexpected token" },
		{ "{\"to\":\n \"x\n", "line 2, column 3: unexpected newline" },
		{ "{\"to\":\"irc://h/a\" \"privmsg\":\"x\"}", "line 1, column 27: '}' expected" },
		{ "{\"a\":1,\"a\":2}", "line 1, column 10: duplicate object key" },
		{ "{\"a\":\"\\u0000\"}", "line 1, column 13: \\u0000 is not allowed" },
		{ "{\"a\\u0000\":1}", "line 1, column 10: NUL byte in object key not supported" },
		{ "{\"a\":\"\\ud800\"}", "line 1, column 13: invalid Unicode '\\uD800'" },
		{ "{\"a\":\"\\udc00\"}", "line 1, column 13: invalid Unicode '\\uDC00'" },
		{ "{\"a\":\"\\ud800\\ud800\"}",
			"line 1, column 19: invalid Unicode '\\uD800\\uD800'" },
		{ "{\"a\":99999999999999999999}", "line 1, column 25: too big integer" },
		{ "{\"a\":1e999}", "line 1, column 10: real number overflow" },
		{ "{\"a\":\"\x01\"}", "line 1, column 6: control character 0x1" },
		{ "{} {}", "line 1, column 4: end of file expected" },
		{ "[{}]x", "line 1, column 5: end of file expected" },
		{ "{'a':1}", "line 1, column 2: string or '}' expected" },
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		CLEANUP(buffer_done) struct buffer why = { 0 };

		buffer_format(&why, "the JSON is damaged at %s", rows[i].place);
		assert_refused(rows[i].json, why.bytes);
	}
}

static void assert_parts_refused(const char *start, const char *part, int times)
{
	CLEANUP(buffer_done) struct buffer json = { 0 };

	buffer_put_text(&json, start);
	put_often(&json, part, times);
	assert_refused(
		json.bytes, "the JSON has too many parts: at most 256 lists, objects and commas");
}

static void nested_and_endless_json_is_refused(void **state)
{
	(void) state;
	assert_parts_refused("", "[", 257);
	assert_parts_refused("", "[", NOTIFICATION_BYTES);
	assert_parts_refused("", "{\"a\":", 1300);
	assert_parts_refused("", "[{\"\\\"\":[", 129);
	assert_parts_refused("[{}", ",{}", 256);
	assert_parts_refused("{\"a\":[1", ",1", 4000);
}

static void json_may_have_256_parts(void **state)
{
	CLEANUP(buffer_done) struct buffer json = { 0 };

	(void) state;
	put_often(&json, "[", 256);
	assert_refused(json.bytes, "the JSON is damaged at line 1, column 256: ']' expected");
	assert_says("{\"to\":\"irc://h/a\",\"privmsg\":\"[[{{,,\\\"[[\"}", "|#a|[[{{,,\"[[\n");
	buffer_clear(&json);
	buffer_put_text(&json, "{\"to\":\"irc://h/a\",\"privmsg\":\"");
	put_often(&json, ",[{\\\"", 1000);
	buffer_put_text(&json, "\\\\\",\"token\":1}");
	assert_refused(json.bytes, "\"token\" is no string");
}

/* {"to": TARGETS targets, "privmsg": LINES lines} */
static void put_crowd(struct buffer *json, int targets, int lines)
{
	buffer_put_text(json, "{\"to\":[\"irc:///a\"");
	put_often(json, ",\"irc:///a\"", targets - 1);
	buffer_put_text(json, "],\"privmsg\":\"");
	put_often(json, "x\\n", lines);
	buffer_put_text(json, "\"}");
}

static void assert_crowd(int targets, int lines, bool is_taken)
{
	CLEANUP(buffer_done) struct buffer json = { 0 }, messages = { 0 };

	put_crowd(&json, targets, lines);
	put_often(&messages, "|#a|x\n", targets * lines);
	if (is_taken)
		assert_says(json.bytes, buffer_text(&messages));
	else
		assert_refused(json.bytes, TOO_MANY_MESSAGES);
}

static void lines_times_channels_are_at_most_32(void **state)
{
	(void) state;
	assert_crowd(1, 32, true);
	assert_crowd(1, 33, false);
	assert_crowd(32, 1, true);
	assert_crowd(33, 1, false);
	assert_crowd(4, 8, true);
	assert_crowd(3, 11, false);
	assert_crowd(250, 0, true);
	assert_crowd(250, 1, false);
}

static void lines_of_all_objects_are_at_most_32(void **state)
{
	CLEANUP(buffer_done) struct buffer json = { 0 }, messages = { 0 };

	(void) state;
	buffer_put_byte(&json, '[');
	put_often(&json, "{\"to\":\"irc:///a\",\"privmsg\":\"x\"},", 31);
	put_often(&messages, "|#a|x\n", 32);
	buffer_put_text(&json, "{\"to\":\"irc:///a\",\"privmsg\":\"x\"}");
	buffer_put_byte(&json, ']');
	assert_says(json.bytes, messages.bytes);
	buffer_cut(&json, json.length - 1);
	buffer_put_text(&json, ",{\"to\":\"irc:///a\",\"privmsg\":\"x\"}]");
	assert_refused(json.bytes, TOO_MANY_MESSAGES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_examples_of_irker_are_understood),
		cmocka_unit_test(each_line_of_a_privmsg_is_a_message),
		cmocka_unit_test(an_empty_privmsg_says_nothing),
		cmocka_unit_test(several_objects_stand_in_a_list),
		cmocka_unit_test(members_are_what_irker_knows),
		cmocka_unit_test(the_token_of_an_object_is_checked),
		cmocka_unit_test(damaged_json_is_refused_with_its_place),
		cmocka_unit_test(nested_and_endless_json_is_refused),
		cmocka_unit_test(json_may_have_256_parts),
		cmocka_unit_test(lines_times_channels_are_at_most_32),
		cmocka_unit_test(lines_of_all_objects_are_at_most_32),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
