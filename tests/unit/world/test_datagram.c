/* Converting datagrams to events, which never contain the token. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

#include "base/cleanup.h"
#include "proto/notification.h"
#include "world/datagram.h"

#define CI_TOKEN "0123456789abcdef"
#define OPS_TOKEN "fedcba9876543210"

static struct settings *settings_with_tokens(void)
{
	static const struct source sources[] = {
		{ SOURCE_KIND_CONFIG, "test.conf",
			"notifications: ( { name = \"ci\"; channels = [ \"#a\" ]; },"
			" { name = \"ops\"; channels = [ \"#a\" ]; },"
			" { name = \"open\"; channels = [ \"#a\" ]; addresses = [ \"local\" ]; } "
			");" },
		{ SOURCE_KIND_SECRETS, "secrets.ini",
			"[notification ci]\ntoken = " CI_TOKEN
			"\n[notification ops]\ntoken = " OPS_TOKEN "\n" },
	};
	struct problems problems = { 0 };
	struct settings *settings = settings_parse(sources, ARRAY_LENGTH(sources), &problems);

	if (!settings)
		fail_msg("%s", problems.items[0].text);
	problems_done(&problems);
	return settings;
}

static void assert_becomes(const char *bytes, enum datagram_status status, const char *text)
{
	struct settings *settings = settings_with_tokens();
	struct datagram datagram = {
		.listener = "notify",
		.address = { .family = ADDRESS_FAMILY_UNIX },
		.bytes = bytes,
		.length = strlen(bytes),
	};
	struct buffer out = { 0 };
	struct event event = datagram_event(settings, &datagram, &out);

	assert_int_equal(event.kind, EVENT_DATAGRAM);
	assert_int_equal(event.status, status);
	assert_int_equal(event.text_length, strlen(event.text));
	if (text)
		assert_string_equal(event.text, text);
	assert_string_equal(event.listener, "notify");
	assert_int_equal(event.address.family, ADDRESS_FAMILY_UNIX);
	assert_null(strstr(event.text, CI_TOKEN));
	assert_null(strstr(event.text, OPS_TOKEN));
	buffer_done(&out);
	settings_unref(settings);
}

static void each_message_is_a_line(void **state)
{
	(void) state;
	assert_becomes("#a hello", DATAGRAM_GOOD, "\n#a hello");
	assert_becomes("#a one\n#b two words\r\n", DATAGRAM_GOOD, "\n#a one\n#b two words");
	assert_becomes("{\"to\": [\"irc://x/a\", \"irc://x/b\"], \"privmsg\": \"hi\"}",
		DATAGRAM_GOOD, "\n#a,#b hi");
	assert_becomes("{\"to\": [\"irc://x/a\", \"irc://x/b\"], \"privmsg\": \"hi\\nho\"}",
		DATAGRAM_GOOD, "\n#a,#b hi\n#a,#b ho");
}

static void what_says_nothing_has_no_line(void **state)
{
	(void) state;
	assert_becomes("{\"to\": \"irc://x/a\", \"privmsg\": \"\"}", DATAGRAM_GOOD, "");
	assert_becomes("{\"to\": \"irc://x/a\", \"privmsg\": \"\", \"token\": \"" OPS_TOKEN "\"}",
		DATAGRAM_GOOD, "");
}

static void put_long_datagram(struct buffer *out)
{
	buffer_put_text(out, "{\"to\": [");
	for (int i = 0; i < NOTIFICATION_MESSAGES; i++)
		buffer_format(out, "%s\"irc://x/%d\"", i ? "," : "", i);
	buffer_put_text(out, "], \"privmsg\": \"");
	while (out->length < NOTIFICATION_BYTES - 2)
		buffer_put_byte(out, 'x');
	buffer_put_text(out, "\"}");
}

/* Many channels for a long text must not fill the event log. */
static void an_event_is_not_longer_than_its_datagram(void **state)
{
	struct settings *settings = settings_with_tokens();
	struct buffer bytes = { 0 }, out = { 0 };
	struct datagram datagram = { .listener = "notify",
		.address = { .family = ADDRESS_FAMILY_UNIX } };
	struct event event;

	(void) state;
	put_long_datagram(&bytes);
	datagram.bytes = bytes.bytes;
	datagram.length = bytes.length;
	event = datagram_event(settings, &datagram, &out);
	assert_int_equal(event.status, DATAGRAM_GOOD);
	assert_non_null(strstr(event.text, ",#31 xxx"));
	assert_in_range(event.text_length, 1, bytes.length);
	datagram.address = (struct address){ ADDRESS_FAMILY_IPV4, 32, 0, { 192, 0, 2, 1 } };
	buffer_clear(&out);
	event = datagram_event(settings, &datagram, &out);
	assert_int_equal(event.status, DATAGRAM_REFUSED);
	assert_string_equal(event.text, "this sender may not notify");
	buffer_done(&bytes);
	buffer_done(&out);
	settings_unref(settings);
}

static void a_token_becomes_the_name_of_its_source(void **state)
{
	(void) state;
	assert_becomes(CI_TOKEN " #a hello", DATAGRAM_GOOD, "ci\n#a hello");
	assert_becomes(OPS_TOKEN " #a hello", DATAGRAM_GOOD, "ops\n#a hello");
	assert_becomes("{\"to\": \"irc://x/a\", \"privmsg\": \"hi\", \"token\": \"" OPS_TOKEN "\"}",
		DATAGRAM_GOOD, "ops\n#a hi");
	assert_becomes(OPS_TOKEN " #a hello\n" OPS_TOKEN " #b again", DATAGRAM_GOOD,
		"ops\n#a hello\n#b again");
}

static void other_tokens_are_nobodys(void **state)
{
	static const char refusal[] = "no source has this token";

	(void) state;
	assert_becomes("0123456789abcdeF #a hello", DATAGRAM_REFUSED, refusal);
	assert_becomes("x123456789abcdef #a hello", DATAGRAM_REFUSED, refusal);
	assert_becomes("0123456789abcdef0 #a hello", DATAGRAM_REFUSED, refusal);
}

static void tokens_do_not_mix(void **state)
{
	static const char refusal[] = "each line needs the token of the first one";

	(void) state;
	assert_becomes(CI_TOKEN " #a hello\n#b again", DATAGRAM_REFUSED, refusal);
	assert_becomes("#a hello\n" CI_TOKEN " #b again", DATAGRAM_REFUSED, refusal);
	assert_becomes(CI_TOKEN " #a hello\n" OPS_TOKEN " #b again", DATAGRAM_REFUSED, refusal);
}

static void what_is_none_says_why(void **state)
{
	(void) state;
	assert_becomes("", DATAGRAM_REFUSED, NULL);
	assert_becomes(CI_TOKEN " no channel", DATAGRAM_REFUSED, NULL);
	assert_becomes("{\"token\": \"" CI_TOKEN "\"}", DATAGRAM_REFUSED, NULL);
}

static void what_was_cut_is_not_looked_at(void **state)
{
	struct settings *settings = settings_with_tokens();
	struct datagram datagram = {
		.listener = "notify", .bytes = "#a hello", .length = 8, .is_too_long = true
	};
	struct buffer out = { 0 };
	struct event event = datagram_event(settings, &datagram, &out);

	(void) state;
	assert_int_equal(event.status, DATAGRAM_REFUSED);
	assert_string_equal(event.text, "the datagram is too long: at most 8192 bytes");
	buffer_done(&out);
	settings_unref(settings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_message_is_a_line),
		cmocka_unit_test(what_says_nothing_has_no_line),
		cmocka_unit_test(an_event_is_not_longer_than_its_datagram),
		cmocka_unit_test(a_token_becomes_the_name_of_its_source),
		cmocka_unit_test(other_tokens_are_nobodys),
		cmocka_unit_test(tokens_do_not_mix),
		cmocka_unit_test(what_is_none_says_why),
		cmocka_unit_test(what_was_cut_is_not_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
