/* The URLs in notifications. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "assert_notification.h"
#include "base/cleanup.h"

static void assert_url_says(const char *url, const char *channel)
{
	CLEANUP(buffer_done) struct buffer json = { 0 }, messages = { 0 };

	buffer_format(&json, "{\"to\":\"%s\",\"privmsg\":\"x\"}", url);
	buffer_format(&messages, "|%s|x\n", channel);
	assert_says(json.bytes, messages.bytes);
}

static void assert_url_refused(const char *url, const char *why)
{
	CLEANUP(buffer_done) struct buffer json = { 0 };

	buffer_format(&json, "{\"to\":\"%s\",\"privmsg\":\"x\"}", url);
	assert_refused(json.bytes, why);
}

static void a_url_names_a_channel_in_many_ways(void **state)
{
	static const char *const urls[] = { "irc://h/a", "irc://h/#a", "irc://h/%23a",
		"irc://h/%61", "IRC://h/a", "ircs://h/a", "irc:///a", "irc://h//a", "irc://h#a",
		"irc://h:6667/#a", "irc://u:p@[::1]:6667/a", "irc://h/a?key",
		"irc://h/#a?key=b/c#d", " irc://h/a ", "irc://h/#a " };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(urls); i++)
		assert_url_says(urls[i], "#a");
	assert_url_says("irc://h/##a", "##a");
	assert_url_says("irc://h/%23%23a", "##a");
	assert_url_says("irc://h/a#b", "#a#b");
	assert_url_says("irc://h/a/b", "#a/b");
	assert_url_says("irc://h/#A%3fb", "#A?b");
	assert_url_says("irc://h/g%C3%A4rten", "#g\xc3\xa4rten");
	assert_url_says("irc://h/g\xc3\xa4rten", "#g\xc3\xa4rten");
	assert_url_says("irc://h/50%", "#50%");
	assert_url_says("irc://h/%6", "#%6");
	assert_url_says("irc://h/%g0%0g", "#%g0%0g");
	assert_url_says("irc://h/%2523a", "#%23a");
	assert_url_says("irc://h/a%00b", "#a%00b");
}

static void a_url_of_anything_else_is_refused(void **state)
{
	static const char no_url[] = "\"to\" needs a URL such as \"irc://localhost/channel\"";
	static const char nothing[] = "the URL in \"to\" names no channel";
	static const char user[] = "a URL with \",isnick\": only channels can be notified";

	(void) state;
	assert_url_refused("", no_url);
	assert_url_refused("#a", no_url);
	assert_url_refused("irc:#a", no_url);
	assert_url_refused("irc:/", no_url);
	assert_url_refused("http://h/a", no_url);
	assert_url_refused("irc://", nothing);
	assert_url_refused("irc://h", nothing);
	assert_url_refused("irc://h/", nothing);
	assert_url_refused("irc://h/?key", nothing);
	assert_url_refused("irc://h?/a", nothing);
	assert_url_refused("irc://h/ana,isnick", user);
	assert_url_refused("irc://h/ana%2CisNick?key", user);
	assert_url_refused("irc://h/,isnick", user);
	assert_url_refused("irc://h/a,needkey", "\"#a,needkey\" is no channel name");
	assert_url_refused("irc://h/&a", "\"&a\" is no channel name");
	assert_url_refused("irc://h/+a", "\"+a\" is no channel name");
	assert_url_refused("irc://h/a b", "\"#a b\" is no channel name");
	assert_url_refused("irc://h/a%20b", "\"#a b\" is no channel name");
	assert_url_refused("irc://h/a%0D%0AQUIT", "\"#a??QUIT\" is no channel name");
	assert_url_refused("irc://h/a\\r\\nQUIT", "\"#a??QUIT\" is no channel name");
	assert_url_refused("irc://h/%ff", "the channel of a URL is not UTF-8");
	assert_url_refused("irc://h/%c3", "the channel of a URL is not UTF-8");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_url_names_a_channel_in_many_ways),
		cmocka_unit_test(a_url_of_anything_else_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
