/* Notifications as plain lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "assert_notification.h"
#include "base/cleanup.h"
#include "proto/notification.h"

static void a_line_names_a_channel_and_a_text(void **state)
{
	(void) state;
	assert_says("#garden hello", "|#garden|hello\n");
	assert_says("#garden hello\n", "|#garden|hello\n");
	assert_says("#garden hello\r\n", "|#garden|hello\n");
	assert_says("#garden hello\r", "|#garden|hello\n");
	assert_says(" \t#garden\thello", "|#garden|hello\n");
	assert_says("#garden   two  blanks ", "|#garden|  two  blanks \n");
	assert_says("#garden :#other {\"to\"}", "|#garden|:#other {\"to\"}\n");
	assert_says("#g\xc3\xa4rten gr\xc3\xbc\xc3\x9f", "|#g\xc3\xa4rten|gr\xc3\xbc\xc3\x9f\n");
	assert_says("#a \x02"
		    "bold\x0f",
		"|#a|\x02"
		"bold\x0f\n");
}

static void a_token_stands_in_front_of_the_channel(void **state)
{
	(void) state;
	assert_says(TOKEN " #garden hello", TOKEN "|#garden|hello\n");
	assert_says("\t" TOKEN " \t #garden  hello", TOKEN "|#garden| hello\n");
	assert_says("irc://h/channel! #a x", "irc://h/channel!|#a|x\n");
}

static void each_line_is_a_message_by_itself(void **state)
{
	(void) state;
	assert_says("#a one\n" TOKEN " #b two\r\n\r\n \t\n#a three",
		"|#a|one\n" TOKEN "|#b|two\n|#a|three\n");
}

static void a_datagram_without_a_message_is_refused(void **state)
{
	(void) state;
	assert_refused("", "the datagram is empty");
	assert_refused("\n", "the datagram is empty");
	assert_refused(" \t\r\n\r\n ", "the datagram is empty");
}

static void a_line_that_lacks_something_is_refused(void **state)
{
	(void) state;
	assert_refused("hello", "line 1: the first word is neither a channel nor a token");
	assert_refused("hello #a x", "line 1: the first word is neither a channel nor a token");
	assert_refused(
		"0123456789abcde #a x", "line 1: the first word is neither a channel nor a token");
	assert_refused("0123456789abcd\xc3\xbc #a x",
		"line 1: the first word is neither a channel nor a token");
	assert_refused(TOKEN, "line 1: the word behind the token is no channel");
	assert_refused(TOKEN " hello #a", "line 1: the word behind the token is no channel");
	assert_refused(TOKEN " " TOKEN " #a x", "line 1: the word behind the token is no channel");
	assert_refused("#a", "line 1: there is no text behind the channel");
	assert_refused("#a ", "line 1: there is no text behind the channel");
	assert_refused(TOKEN " #a \t ", "line 1: there is no text behind the channel");
}

static void all_lines_are_said_or_none(void **state)
{
	(void) state;
	assert_refused("#a x\n\n#b\n#c y", "line 3: there is no text behind the channel");
	assert_refused("#a x\nhello", "line 2: the first word is neither a channel nor a token");
}

static void names_that_no_channel_can_have_are_refused(void **state)
{
	(void) state;
	assert_refused("#a,#b x", "line 1: \"#a,#b\" is no channel name");
	assert_refused("#a\x07\x7f x", "line 1: \"#a??\" is no channel name");
	assert_refused("#a\xe2\x80\x8b x", "line 1: \"#a\xe2\x80\x8b\" is no channel name");
	assert_refused("#a\rb x", "line 1: \"#a?b\" is no channel name");
}

/* Long names would fill the event log, the log and the answer. */
static void a_channel_name_has_at_most_64_bytes(void **state)
{
	CLEANUP(buffer_done) struct buffer line = { 0 };

	(void) state;
	buffer_put_text(&line, "#123");
	put_often(&line, "name", 15);
	buffer_put_text(&line, " x");
	assert_says(line.bytes,
		"|#123namenamenamenamenamenamenamenamenamenamenamenamenamenamename|x\n");
	buffer_clear(&line);
	buffer_put_text(&line, "#1234");
	put_often(&line, "name", 15);
	buffer_put_text(&line, " x");
	assert_refused(line.bytes, "line 1: \"#1234namenamenamenamenamenamenamenamenamenamename"
				   "n\" is no channel name");
}

static void a_reason_repeats_the_start_of_a_long_name(void **state)
{
	CLEANUP(buffer_done) struct buffer line = { 0 };

	(void) state;
	buffer_put_text(&line, "#,");
	put_often(&line, "\xc3\xbc", 3000);
	buffer_put_text(&line, " x");
	assert_refused(line.bytes,
		"line 1: \"#,"
		"\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc"
		"\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc"
		"\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc"
		"\" is no channel name");
}

static void a_datagram_has_at_most_32_lines(void **state)
{
	CLEANUP(buffer_done) struct buffer lines = { 0 }, messages = { 0 };

	(void) state;
	put_often(&lines, "#a x\n\n", NOTIFICATION_MESSAGES);
	put_often(&messages, "|#a|x\n", NOTIFICATION_MESSAGES);
	assert_says(lines.bytes, messages.bytes);
	buffer_put_text(&lines, "#b y");
	assert_refused(lines.bytes, TOO_MANY_MESSAGES);
}

static void blank_lines_are_counted_in_reasons_only(void **state)
{
	CLEANUP(buffer_done) struct buffer lines = { 0 };

	(void) state;
	put_often(&lines, "\n", 8000);
	buffer_put_text(&lines, "#a");
	assert_refused(lines.bytes, "line 8001: there is no text behind the channel");
	buffer_put_text(&lines, " x");
	assert_says(lines.bytes, "|#a|x\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_names_a_channel_and_a_text),
		cmocka_unit_test(a_token_stands_in_front_of_the_channel),
		cmocka_unit_test(each_line_is_a_message_by_itself),
		cmocka_unit_test(a_datagram_without_a_message_is_refused),
		cmocka_unit_test(a_line_that_lacks_something_is_refused),
		cmocka_unit_test(all_lines_are_said_or_none),
		cmocka_unit_test(a_channel_name_has_at_most_64_bytes),
		cmocka_unit_test(names_that_no_channel_can_have_are_refused),
		cmocka_unit_test(a_reason_repeats_the_start_of_a_long_name),
		cmocka_unit_test(a_datagram_has_at_most_32_lines),
		cmocka_unit_test(blank_lines_are_counted_in_reasons_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
