#include "parse.h"

static void misspelt_names_get_the_nearest_one(void **state)
{
	(void) state;
	assert_problems("limits: { nick_lenght = 20; };\nlimit: { };\n\nclases = ();", NULL,
		"papod.conf:1: limits.nick_lenght: there is no such option; did you mean "
		"limits.nick_length?\n"
		"papod.conf:2: limit: there is no such option; did you mean limits?\n"
		"papod.conf:4: clases: there is no such option; did you mean classes?\n");
	assert_problems("nick_length = 20;\nzzzzz = 1;", NULL,
		"papod.conf:1: nick_length: there is no such option; did you mean "
		"limits.nick_length? Options stand in their group: group: { option = value; };\n"
		"papod.conf:2: zzzzz: there is no such option\n");
	assert_problems("limits: { send_queue = 1; password_hash = 1; };", NULL,
		"papod.conf:1: limits.send_queue: there is no such option; groups of the list "
		"classes have it\n"
		"papod.conf:1: limits.password_hash: there is no such option\n");
	assert_problems("classes = ( { name = \"a\"; flood_rat = 1; } );", NULL,
		"papod.conf:1: classes.flood_rat: there is no such option; did you mean "
		"flood_rate?\n");
}

static void values_out_of_range_are_refused(void **state)
{
	(void) state;
	assert_problems("limits: { nick_length = 200; registration = \"5 years\";\n"
			"key_length = \"x\"; topic_length = -1; };\n"
			"dns: { reverse = 1; timeout = 0; };",
		NULL,
		"papod.conf:1: limits.nick_length: found 200; expected a number from 9 to 64\n"
		"papod.conf:1: limits.registration: found \"5 years\": there is no unit "
		"\"years\"; expected a time from 1 s to 1 h, such as \"90 s\" (ms, s, min, h)\n"
		"papod.conf:2: limits.key_length: found \"x\"; expected a number from 1 to 64\n"
		"papod.conf:2: limits.topic_length: found -1; expected a number from 50 to 390\n"
		"papod.conf:3: dns.reverse: found 1; expected true or false, without quotes\n"
		"papod.conf:3: dns.timeout: found 0; expected a time from 100 ms to 1 min, such "
		"as \"90 s\" (ms, s, min, h)\n");
}

static void texts_are_checked(void **state)
{
	(void) state;
	assert_problems("server: { name = \"irc\"; network = \"\"; description = 1.5; };", NULL,
		"papod.conf:1: server.name: found \"irc\"; expected a host name with at least "
		"one dot, such as \"irc.example.org\"\n"
		"papod.conf:1: server.network: found \"\"; expected a text of 1 to 63 bytes\n"
		"papod.conf:1: server.description: found a number with a fraction; expected a "
		"text in quotes of 1 to 128 bytes\n");
}

static void groups_and_lists_keep_their_shape(void **state)
{
	(void) state;
	assert_problems("limits = 5;\nlisten = { address = \"*\"; };\nclasses = ( 3 );\n"
			"server: { name: { } };",
		NULL,
		"papod.conf:1: limits: expected a group: limits: { option = value; };\n"
		"papod.conf:2: listen: expected a list of groups: listen = ( { ... }, { ... } );\n"
		"papod.conf:3: classes: expected a group: { ... }\n"
		"papod.conf:4: server.name: found a group; expected a text in quotes of 3 to 63 "
		"bytes\n");
}

static void a_listener_has_an_address_or_a_path(void **state)
{
	(void) state;
	assert_problems("listen = ( { port = 6667; },\n"
			"{ address = \"*\"; path = \"/x\"; } );",
		NULL,
		"papod.conf:1: listen: this one has neither an address nor a path; give it "
		"address = \"127.0.0.1\" for this machine alone, address = \"*\" for everybody, or "
		"the path of a Unix socket\n"
		"papod.conf:2: listen: this one has an address and a path; give it one of them\n");
	assert_problems("listen = ( { address = \"*\"; port = 65536; },\n"
			"{ path = \"x\"; mode = 660; } );",
		NULL,
		"papod.conf:1: listen.port: found 65536; expected a number from 0 to 65535\n"
		"papod.conf:2: listen.path: found \"x\"; expected a path that begins with a "
		"slash\n"
		"papod.conf:2: listen.mode: found 660; expected permissions in octal and in "
		"quotes, such as \"0660\"\n");
}

static void names_in_a_list_are_there_and_differ(void **state)
{
	(void) state;
	assert_problems("classes = ( { clients = 1; },\n{ name = \"a\"; }, { name = \"a\"; } );",
		NULL,
		"papod.conf:1: classes: this one has no name; give it one: name = \"...\"\n"
		"papod.conf:2: classes: line 2 has \"a\" already; leave one of them out, or give "
		"it another name\n");
}

static void addresses_are_checked(void **state)
{
	(void) state;
	assert_problems("classes = ( { name = \"a\"; addresses = [ \"192.0.2.1/24\" ]; },\n"
			"{ name = \"b\"; addresses = \"local\"; } );",
		NULL,
		"papod.conf:1: classes.addresses: found \"192.0.2.1/24\"; expected an address or "
		"a range without bits beyond its prefix, such as \"192.0.2.7\", \"192.0.2.0/24\", "
		"\"2001:db8::/32\" or \"local\"\n"
		"papod.conf:2: classes.addresses: found \"local\"; expected a list of addresses "
		"or ranges, such as [ \"192.0.2.0/24\", \"2001:db8::/32\", \"local\" ]\n");
}

static void syntax_is_said_with_its_line(void **state)
{
	(void) state;
	assert_problems("server: {\n\tname = irc.example.org;\n};", NULL,
		"papod.conf:2: found 'irc.example.org'; expected a name of letters, digits, - and "
		"_; for an option of a group write: group: { option = value; };\n");
	assert_problems(
		"a = [ 1, \"a\" ];", NULL, "papod.conf:1: mismatched element type in array\n");
}

static void comments_at_the_end_and_marks_at_the_start_are_fine(void **state)
{
	struct settings *settings =
		parse_good("\xef\xbb\xbfserver: { network = \"a\\\"b\" \"c\"; }; # end", NULL);

	(void) state;
	assert_string_equal(settings->network_name, "a\"bc");
	settings_unref(settings);
}

static void half_a_mark_at_the_start_is_refused(void **state)
{
	struct buffer problems = { 0 };

	(void) state;
	assert_null(parse("\xef\xbb\x80server: { network = \"a\"; };", NULL, &problems));
	buffer_done(&problems);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(misspelt_names_get_the_nearest_one),
		cmocka_unit_test(values_out_of_range_are_refused),
		cmocka_unit_test(texts_are_checked),
		cmocka_unit_test(groups_and_lists_keep_their_shape),
		cmocka_unit_test(a_listener_has_an_address_or_a_path),
		cmocka_unit_test(names_in_a_list_are_there_and_differ),
		cmocka_unit_test(addresses_are_checked),
		cmocka_unit_test(syntax_is_said_with_its_line),
		cmocka_unit_test(comments_at_the_end_and_marks_at_the_start_are_fine),
		cmocka_unit_test(half_a_mark_at_the_start_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
