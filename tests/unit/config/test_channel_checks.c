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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_class_joins_the_channels_of_all_unless_it_has_a_list),
		cmocka_unit_test(only_channels_can_be_joined),
		cmocka_unit_test(longer_names_than_a_client_could_use_are_refused),
		cmocka_unit_test(no_more_channels_than_a_user_may_be_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
