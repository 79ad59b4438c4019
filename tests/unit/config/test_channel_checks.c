/* Channels that options name: what the limits require of them. */
#include "parse.h"

static void a_class_joins_the_channels_of_all_unless_it_has_a_list(void **state)
{
	struct settings *settings =
		parse_good("channels: { auto_join = [ \"#a\", \"#b\" ]; };\n"
			   "classes = ( { name = \"own\"; auto_join = [ \"#c\" ]; },\n"
			   "{ name = \"none\"; auto_join = []; } );",
			NULL);

	(void) state;
	assert_int_equal(settings->n_classes, 3);
	assert_int_equal(settings->classes[0].n_auto_join, 1);
	assert_string_equal(settings->classes[0].auto_join[0], "#c");
	assert_int_equal(settings->classes[1].n_auto_join, 0);
	assert_string_equal(settings->classes[2].name, "default");
	assert_int_equal(settings->classes[2].n_auto_join, 2);
	assert_string_equal(settings->classes[2].auto_join[0], "#a");
	assert_string_equal(settings->classes[2].auto_join[1], "#b");
	settings_unref(settings);
}

static void only_channels_can_be_joined(void **state)
{
	(void) state;
	assert_problems("channels: { auto_join = [ \"#a\", \"b\" ]; };", NULL,
		"papod.conf:1: channels.auto_join: found \"b\"; expected the name of a channel, "
		"such as \"#help\"\n");
	assert_problems("classes = ( { name = \"a\";\nauto_join = [ \"#a,#b\" ]; } );", NULL,
		"papod.conf:2: classes.auto_join: found \"#a,#b\"; expected the name of a channel, "
		"such as \"#help\"\n");
}

static void longer_names_than_a_client_could_use_are_refused(void **state)
{
	(void) state;
	assert_problems("limits: { channel_length = 9; };\n"
			"channels: { auto_join = [ \"#23456789\", \"#234567890\" ]; };\n"
			"classes = ( { name = \"a\"; auto_join = [ \"#2345678\xc3\xa9\" ]; } );",
		NULL,
		"papod.conf:2: channels.auto_join: \"#234567890\" is too long; at most 9 bytes are "
		"allowed (limits.channel_length)\n"
		"papod.conf:3: classes.auto_join: \"#2345678\xc3\xa9\" is too long; at most 9 "
		"bytes "
		"are allowed (limits.channel_length)\n");
}

static void no_more_channels_than_a_user_may_be_in(void **state)
{
	(void) state;
	assert_problems("limits: { channels_per_user = 2; };\n"
			"channels: { auto_join = [ \"#a\", \"#b\" ]; };",
		NULL, "");
	assert_problems("limits: { channels_per_user = 2; };\n"
			"channels: { auto_join = [ \"#a\", \"#b\", \"#c\" ]; };\n"
			"classes = ( { name = \"a\"; auto_join = [ \"#a\", \"#b\", \"#c\" ]; } );",
		NULL,
		"papod.conf:2: channels.auto_join: found 3 channels; a user may be in at most 2 "
		"(limits.channels_per_user)\n"
		"papod.conf:3: classes.auto_join: found 3 channels; a user may be in at most 2 "
		"(limits.channels_per_user)\n");
}

static void permanent_channels_have_names_topics_and_keys(void **state)
{
	struct settings *settings = parse_good(
		"permanent_channels = ( { name = \"#a\"; topic = \"\\x02Bold\"; key = \"k\"; },\n"
		"{ name = \"#b\"; modes = \"+s\"; } );",
		NULL);
	const struct channel_settings *channels = settings->permanent_channels;

	(void) state;
	assert_int_equal(settings->n_permanent_channels, 2);
	assert_string_equal(channels[0].name, "#a");
	assert_string_equal(channels[0].topic, "\x02"
					       "Bold");
	assert_string_equal(channels[0].key, "k");
	assert_null(channels[0].modes);
	assert_null(channels[1].topic);
	assert_null(channels[1].key);
	assert_string_equal(channels[1].modes, "+s");
	settings_unref(settings);
	assert_problems("permanent_channels = ( { },\n{ name = \"a\"; },\n"
			"{ name = \"#c\"; topic = \"a\\nb\"; },\n"
			"{ name = \"#d\"; key = \"a,b\"; },\n"
			"{ name = \"#e\"; modes = \"\"; } );",
		NULL,
		"papod.conf:1: permanent_channels: this one has no name; give it one: name = "
		"\"...\"\n"
		"papod.conf:2: permanent_channels.name: found \"a\"; expected the name of a "
		"channel, such as \"#help\"\n"
		"papod.conf:3: permanent_channels.topic: found \"a\\x0ab\"; expected one line of "
		"UTF-8\n"
		"papod.conf:4: permanent_channels.key: found \"a,b\"; expected a key without "
		"spaces, commas, control and invisible characters, and without a colon in front\n"
		"papod.conf:5: permanent_channels.modes: found \"\"; expected a text of 1 to 200 "
		"bytes\n");
}

static void who_takes_a_group_for_the_list_is_told(void **state)
{
	(void) state;
	assert_problems("channels = ( { name = \"#a\"; } );", NULL,
		"papod.conf:1: channels: expected a group: channels: { option = value; }; did you "
		"mean the list permanent_channels?\n");
	assert_problems("channels = 5;", NULL,
		"papod.conf:1: channels: expected a group: channels: { option = value; };\n");
}

static void permanent_channels_keep_to_the_limits(void **state)
{
	(void) state;
	assert_problems("limits: { channel_length = 9; topic_length = 50; key_length = 2; };\n"
			"permanent_channels = ( { name = \"#23456789\"; key = \"ab\"; topic = "
			"\"12345678901234567890123456789012345678901234567890\"; },\n"
			"{ name = \"#234567890\"; },\n"
			"{ name = \"#a\"; topic = "
			"\"123456789012345678901234567890123456789012345678901\"; },\n"
			"{ name = \"#b\"; key = \"abc\"; } );",
		NULL,
		"papod.conf:3: permanent_channels.name: \"#234567890\" is too long; at most 9 "
		"bytes are allowed (limits.channel_length)\n"
		"papod.conf:4: permanent_channels.topic: has 51 bytes; at most 50 are allowed "
		"(limits.topic_length)\n"
		"papod.conf:5: permanent_channels.key: has 3 bytes; at most 2 are allowed "
		"(limits.key_length)\n");
}

static void names_that_are_equal_name_one_channel(void **state)
{
	(void) state;
	assert_problems(
		"permanent_channels = ( { name = \"#a[\"; },\n{ name = \"#A{\"; } );", NULL, "");
	assert_problems("server: { casemapping = \"rfc1459\"; };\n"
			"permanent_channels = ( { name = \"#a[\"; },\n{ name = \"#A{\"; } );",
		NULL,
		"papod.conf:3: permanent_channels.name: \"#a[\" and \"#A{\" are the same channel; "
		"leave one of them out\n");
	assert_problems("permanent_channels = ( { name = \"#a\"; },\n{ name = \"#a\"; } );", NULL,
		"papod.conf:2: permanent_channels: line 1 has \"#a\" already; leave one of them "
		"out, or give it another name\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_class_joins_the_channels_of_all_unless_it_has_a_list),
		cmocka_unit_test(only_channels_can_be_joined),
		cmocka_unit_test(longer_names_than_a_client_could_use_are_refused),
		cmocka_unit_test(no_more_channels_than_a_user_may_be_in),
		cmocka_unit_test(permanent_channels_have_names_topics_and_keys),
		cmocka_unit_test(who_takes_a_group_for_the_list_is_told),
		cmocka_unit_test(permanent_channels_keep_to_the_limits),
		cmocka_unit_test(names_that_are_equal_name_one_channel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
