/* What lines and paths of bouncers' logs are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "moving/bouncer_log.h"
#include "moving/bouncer_path.h"

/* "COMMAND source|text", or what else it is. */
static void assert_read(const char *text, const char *expected)
{
	CLEANUP(bouncer_line_done) struct bouncer_line line = { 0 };
	CLEANUP(buffer_done) struct buffer read = { 0 };

	switch (bouncer_line_read(&line, text, strlen(text))) {
	case BOUNCER_LINE_MALFORMED:
		buffer_put_text(&read, "malformed");
		break;
	case BOUNCER_LINE_OTHER:
		buffer_put_text(&read, "other");
		break;
	case BOUNCER_LINE_TAKEN:
		buffer_format(&read, "%s %s|%s", line.command, buffer_text(&line.source),
			buffer_text(&line.text));
	}
	assert_string_equal(buffer_text(&read), expected);
}

static void words_of_users_are_messages(void **state)
{
	(void) state;
	assert_read("[00:00:00] <bea> hello", "PRIVMSG bea|hello");
	assert_read("[23:59:60] <b> c> d", "PRIVMSG b|c> d");
	assert_read("[10:00:00] <bea>  spaces ", "PRIVMSG bea| spaces ");
	assert_read("[10:00:00] -bea- hello", "NOTICE bea|hello");
	assert_read("[10:00:00] -foo-- hi- there", "NOTICE foo-|hi- there");
	assert_read("[10:00:00] * bea waves", "PRIVMSG bea|\001ACTION waves\001");
	assert_read("[10:00:00] * bea ", "PRIVMSG bea|\001ACTION \001");
	assert_read("[10:00:00] * *** stars", "PRIVMSG ***|\001ACTION stars\001");
}

static void events_have_their_sources(void **state)
{
	(void) state;
	assert_read("[10:00:00] *** Joins: bea (~b@host)", "JOIN bea!~b@host|");
	assert_read("[10:00:00] *** Joins: bea (~b@host) account", "JOIN bea!~b@host|");
	assert_read("[10:00:00] *** Parts: bea (b@h) ()", "PART bea!b@h|");
	assert_read("[10:00:00] *** Parts: bea (b@h) (bye (soon))", "PART bea!b@h|bye (soon)");
	assert_read("[10:00:00] *** Quits: bea (b@::1) (x) y)", "QUIT bea!b@::1|x) y");
	assert_read("[10:00:00] *** bea is now known as cid", "NICK bea|cid");
	assert_read("[10:00:00] *** bea sets mode: +ov a b", "MODE bea|+ov a b");
	assert_read("[10:00:00] *** bea sets mode: +t ", "MODE bea|+t");
	assert_read("[10:00:00] *** bea changes topic to 'It's'", "TOPIC bea|It's");
	assert_read("[10:00:00] *** bea changes topic to ''", "TOPIC bea|");
	assert_read("[10:00:00] *** bea was kicked by cid (out)", "KICK cid|bea out");
	assert_read("[10:00:00] *** bea was kicked by cid", "KICK cid|bea ");
}

static void what_the_bouncer_says_is_something_else(void **state)
{
	static const char *const lines[] = { "[10:00:00] Connected to IRC (irc.example +6697)",
		"[10:00:00] Broadcast: hello", "[10:00:00] ", "[10:00:00]", "[10:00:00] <bea>",
		"[10:00:00] <bea> ", "[10:00:00] <be a> x", "[10:00:00] <> x", "[10:00:00] *",
		"[10:00:00] * bea", "[10:00:00] *** ", "[10:00:00] *** Joins: bea",
		"[10:00:00] *** Joins: bea (b)", "[10:00:00] *** bea does", "[10:00:00] -" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(lines); i++)
		assert_read(lines[i], "other");
}

static void lines_without_a_time_are_malformed(void **state)
{
	static const char *const lines[] = { "", "[", "<bea> x", "[24:00:00] <bea> x",
		"[10:60:00] <bea> x", "[10:00:61] <bea> x", "[1:00:00] <bea> x",
		"[10:00:00]<bea> x", "[10:00:0", "2024-01-01 10:00:00 <bea> x",
		"[10-00-00] <bea> x" };
	CLEANUP(bouncer_line_done) struct bouncer_line line = { 0 };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(lines); i++)
		assert_read(lines[i], "malformed");
	assert_int_equal(
		bouncer_line_read(&line, "[10:00:00] <bea> a\0b", 20), BOUNCER_LINE_MALFORMED);
}

/* "network|window|date" */
static void assert_path(const char *text, const char *expected)
{
	CLEANUP(buffer_done) struct buffer read = { 0 };
	CLEANUP(bouncer_path_done) struct bouncer_path path = { 0 };

	if (bouncer_path_read(text, &path))
		buffer_format(&read, "%s|%s|%d-%d-%d", path.network, path.window, path.year,
			path.month, path.day);
	assert_string_equal(buffer_text(&read), expected);
}

static void layouts_have_network_window_and_day(void **state)
{
	(void) state;
	assert_path("/s/ana/libera/#a/2024-01-02.log", "libera|#a|2024-1-2");
	assert_path("/z/users/u/moddata/log/net/#a/2024-01-02.log", "net|#a|2024-1-2");
	assert_path("/z/users/u/networks/net/moddata/log/#a/2024-01-02.log", "net|#a|2024-1-2");
	assert_path("/z/users/u/moddata/log/#a/2024-01-02.log", "|#a|2024-1-2");
	assert_path("/z/users/u/networks/net/moddata/log/#a_20240102.log", "net|#a|2024-1-2");
	assert_path("/z/moddata/log/u_net_#a_b_20240102.log", "u_net|#a_b|2024-1-2");
	assert_path("/z/moddata/log/net_#a#_20240102.log", "net|#a#|2024-1-2");
	assert_path("/z/moddata/log/u_net_bea_20240102.log", "|u_net_bea|2024-1-2");
	assert_path("#a/2024-12-31.log", "|#a|2024-12-31");
	assert_path("net//#a//2024-12-31.log", "net|#a|2024-12-31");
}

static void other_files_are_no_logs(void **state)
{
	static const char *const paths[] = { "", ".log", "2024-01-02.log", "#a/2024-13-02.log",
		"#a/2024-01-32.log", "#a/2024-1-02.log", "#a/2024-01-02", "#a/2024-01-02.log.gz",
		"#a/1969-01-02.log", "_20240102.log", "#a/2024x01-02.log", "#a/notes.log",
		"#a20240102.log" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(paths); i++)
		assert_path(paths[i], "");
}

static void a_network_may_have_a_user_before_it(void **state)
{
	static char name[] = "ana_Libera", none[] = "";
	const struct bouncer_path path = { .network = name }, unknown = { .network = none };

	(void) state;
	assert_true(bouncer_path_is_of(&path, "libera"));
	assert_true(bouncer_path_is_of(&path, "ana_libera"));
	assert_false(bouncer_path_is_of(&path, "era"));
	assert_false(bouncer_path_is_of(&path, ""));
	assert_false(bouncer_path_is_of(&unknown, "libera"));
	assert_true(bouncer_path_is_of(&unknown, ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_of_users_are_messages),
		cmocka_unit_test(events_have_their_sources),
		cmocka_unit_test(what_the_bouncer_says_is_something_else),
		cmocka_unit_test(lines_without_a_time_are_malformed),
		cmocka_unit_test(layouts_have_network_window_and_day),
		cmocka_unit_test(other_files_are_no_logs),
		cmocka_unit_test(a_network_may_have_a_user_before_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
