/* The list bans: kinds, masks, and entries that are the same. */
#include "parse.h"

#include <string.h>

#define BAN(options) "bans = ( { " options " } );"

static void each_kind_takes_its_masks(void **state)
{
	struct settings *settings = parse_good(
		"bans = ( { kind = \"kline\"; mask = \"192.0.2.7/24\"; reason = \"Spam\"; },\n"
		"{ kind = \"dline\"; mask = \"2001:DB8::1/32\"; },\n"
		"{ kind = \"resv\"; mask = \"*serv\"; },\n"
		"{ kind = \"resv\"; mask = \"#admin*\"; },\n"
		"{ kind = \"xline\"; mask = \"*serv\"; } );",
		NULL);
	static const struct {
		enum ban_kind kind;
		const char *mask, *name, *reason;
	} expected[] = {
		{ BAN_KIND_USER, "*@192.0.2.0/24", "kline *@192.0.2.0/24", "Spam" },
		{ BAN_KIND_ADDRESS, "2001:db8::/32", "dline 2001:db8::/32", "No reason given" },
		{ BAN_KIND_NICK, "*serv", "resv *serv", "No reason given" },
		{ BAN_KIND_CHANNEL, "#admin*", "resv #admin*", "No reason given" },
		{ BAN_KIND_REALNAME, "*serv", "xline *serv", "No reason given" },
	};

	(void) state;
	assert_int_equal(settings->n_bans, 5);
	for (size_t i = 0; i < 5; i++) {
		unsigned int line;

		assert_int_equal(settings->bans[i].ban_kind, expected[i].kind);
		assert_string_equal(settings->bans[i].mask, expected[i].mask);
		assert_string_equal(settings->bans[i].name, expected[i].name);
		assert_string_equal(settings->bans[i].reason, expected[i].reason);
		assert_string_equal(
			settings_item_origin(settings, "bans", i, "mask", &line), "papod.conf");
		assert_int_equal(line, i + 1);
	}
	settings_unref(settings);
}

static void a_ban_needs_a_kind_and_a_mask(void **state)
{
	(void) state;
	assert_problems("bans = (\n{ mask = \"*@a.example\"; },\n{ kind = \"dline\"; },\n{ } );",
		NULL,
		"papod.conf:2: bans: this one has no kind; give it one: kind = \"...\"\n"
		"papod.conf:3: bans: this one has no mask; give it one: mask = \"...\"\n"
		"papod.conf:4: bans: this one has no kind; give it one: kind = \"...\"\n"
		"papod.conf:4: bans: this one has no mask; give it one: mask = \"...\"\n");
	assert_problems(BAN("kind = \"gline\"; mask = \"*@a.example\";"), NULL,
		"papod.conf:1: bans.kind: found \"gline\"; expected \"kline\", \"dline\", "
		"\"resv\", "
		"\"xline\", \"shun\" or \"eline\"\n");
	assert_problems(BAN("kind = 5; mask = \"\";"), NULL,
		"papod.conf:1: bans.kind: found 5; expected a text in quotes of 4 to 5 bytes\n"
		"papod.conf:1: bans.mask: found \"\"; expected a text of 1 to 200 bytes\n");
}

static void a_mask_is_one_of_its_kind(void **state)
{
	(void) state;
	assert_problems("bans = ( { kind = \"kline\";\nmask = \"a!b@c\"; },\n"
			"{ kind = \"dline\"; mask = \"host.example\"; },\n"
			"{ kind = \"resv\"; mask = \"two words\"; },\n"
			"{ kind = \"xline\"; mask = \":colon\"; } );",
		NULL,
		"papod.conf:2: bans.mask: found \"a!b@c\"; expected user@host, with * and ? as "
		"wildcards, such as \"*@*.example.org\" or \"*@192.0.2.0/24\"\n"
		"papod.conf:3: bans.mask: found \"host.example\"; expected an address or a range, "
		"such as \"192.0.2.0/24\" or \"2001:db8::/32\"\n"
		"papod.conf:4: bans.mask: found \"two words\"; expected a nickname or a channel, "
		"with * and ? as wildcards, such as \"*serv\" or \"#admin*\"\n"
		"papod.conf:5: bans.mask: found \":colon\"; expected a real name, with * as "
		"wildcard and ? for a space, such as \"*spam?bot*\"\n");
}

static void a_mask_for_everybody_is_a_mistake(void **state)
{
	static const char text[] =
		": it would match too many users: give at least three characters besides "
		"wildcards, or at least 8 bits of an IPv4 or 16 of an IPv6 address\n";
	CLEANUP(buffer_done) struct buffer expected = { 0 };

	(void) state;
	buffer_format(&expected,
		"papod.conf:1: bans.mask: found \"*@*\"%s"
		"papod.conf:2: bans.mask: found \"10.0.0.0/7\"%s",
		text, text);
	assert_problems("bans = ( { kind = \"kline\"; mask = \"*@*\"; },\n"
			"{ kind = \"dline\"; mask = \"10.0.0.0/7\"; } );",
		NULL, expected.bytes);
}

static void the_same_ban_is_there_once(void **state)
{
	(void) state;
	assert_problems("bans = ( { kind = \"kline\"; mask = \"a.example\"; },\n"
			"{ kind = \"kline\"; mask = \"*@a.example\"; } );",
		NULL,
		"papod.conf:2: bans: line 1 has \"kline *@a.example\" already; leave one of them "
		"out\n");
}

static void a_later_file_replaces_the_reason(void **state)
{
	const struct source sources[] = {
		{ SOURCE_KIND_CONFIG, "papod.conf",
			"bans = ( { kind = \"resv\"; mask = \"a\"; reason = \"Old\"; },\n"
			"{ kind = \"xline\"; mask = \"a\"; reason = \"Other\"; } );" },
		{ SOURCE_KIND_CONFIG, "b.conf",
			"bans = ( { kind = \"resv\"; mask = \"a\"; reason = \"New\"; } );" },
	};
	struct problems problems = { 0 };
	struct settings *settings = settings_parse(sources, 2, &problems);

	(void) state;
	assert_int_equal(problems.count, 0);
	assert_int_equal(settings->n_bans, 2);
	assert_string_equal(settings->bans[0].reason, "New");
	assert_string_equal(settings->bans[1].reason, "Other");
	settings_unref(settings);
	problems_done(&problems);
}

static void there_may_be_a_thousand(void **state)
{
	CLEANUP(buffer_done) struct buffer config = { 0 };
	struct settings *settings;

	(void) state;
	buffer_put_text(&config, "bans = ( { kind = \"resv\"; mask = \"n0\"; }");
	for (int i = 1; i < 1000; i++)
		buffer_format(&config, ", { kind = \"resv\"; mask = \"n%d\"; }", i);
	buffer_put_text(&config, " );");
	settings = parse_good(config.bytes, NULL);
	assert_int_equal(settings->n_bans, 1000);
	settings_unref(settings);
	buffer_cut(&config, config.length - strlen(" );"));
	buffer_put_text(&config, ", { kind = \"resv\"; mask = \"more\"; } );");
	assert_problems(config.bytes, NULL,
		"papod.conf:1: bans: found 1001 entries; at most 1000 are allowed\n");
}

static void addresses_and_users_may_be_exempt(void **state)
{
	struct settings *settings = parse_good(
		"exempt: { addresses = [ \"192.0.2.0/24\", \"local\" ]; users = [ \"*@host\" ]; };",
		NULL);
	struct settings *others[] = {
		parse_good("exempt: { addresses = [ \"192.0.2.0/24\", \"local\" ]; users = [ "
			   "\"*@Host\" ]; };",
			NULL),
		parse_good("exempt: { addresses = [ \"192.0.2.0/25\", \"local\" ]; users = [ "
			   "\"*@host\" ]; };",
			NULL),
		parse_good("exempt: { addresses = [ \"192.0.2.0/24\" ]; users = [ \"*@host\" ]; };",
			NULL),
		parse_good("exempt: { addresses = [ \"192.0.2.0/24\", \"local\" ]; };", NULL),
		parse_good("", NULL),
	};

	(void) state;
	assert_int_equal(settings->n_exempt_addresses, 2);
	assert_int_equal(settings->n_exempt_users, 1);
	assert_string_equal(settings->exempt_users[0], "*@host");
	assert_false(settings_exempt_differ(settings, settings));
	assert_true(settings_exempt_differ(settings, NULL));
	assert_false(settings_exempt_differ(others[4], NULL));
	for (size_t i = 0; i < ARRAY_LENGTH(others); i++) {
		assert_true(settings_exempt_differ(settings, others[i]));
		settings_unref(others[i]);
	}
	settings_unref(settings);
	assert_problems("exempt: { addresses = [ \"192.0.2.1/24\" ];\nusers = [ \"host\" ]; };",
		NULL,
		"papod.conf:1: exempt.addresses: found \"192.0.2.1/24\"; expected an address or a "
		"range without bits beyond its prefix, such as \"192.0.2.7\", \"192.0.2.0/24\", "
		"\"2001:db8::/32\" or \"local\"\n"
		"papod.conf:2: exempt.users: found \"host\"; expected user@host, with * and ? as "
		"wildcards, such as \"*@*.example.org\" or \"*@192.0.2.0/24\"\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_takes_its_masks),
		cmocka_unit_test(a_ban_needs_a_kind_and_a_mask),
		cmocka_unit_test(a_mask_is_one_of_its_kind),
		cmocka_unit_test(a_mask_for_everybody_is_a_mistake),
		cmocka_unit_test(the_same_ban_is_there_once),
		cmocka_unit_test(a_later_file_replaces_the_reason),
		cmocka_unit_test(there_may_be_a_thousand),
		cmocka_unit_test(addresses_and_users_may_be_exempt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
