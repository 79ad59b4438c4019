#include "parse.h"

#include <stdlib.h>
#include <string.h>

static char *show(const struct settings *settings)
{
	struct buffer out = { 0 };

	settings_show(settings, &out);
	return buffer_take(&out);
}

static void assert_shows(const char *shown, const char *value, const char *origin)
{
	const char *at = strstr(shown, value), *end, *comment;

	if (!at)
		fail_msg("\"%s\" is not in:\n%s", value, shown);
	end = strchr(at, '\n');
	comment = strstr(at, " # ");
	assert_true(comment && comment < end);
	assert_int_equal(end - comment - 3, strlen(origin));
	assert_memory_equal(comment + 3, origin, strlen(origin));
}

static void every_value_has_its_origin(void **state)
{
	struct settings *settings = parse_good(
		"limits: {\n\tnick_length = 20; };\noperators = ( { name = \"ana\"; } );",
		"[operator ana]\npassword = " HASH);
	char *shown = show(settings);

	(void) state;
	assert_shows(shown, "\tnick_length = 20;", "papod.conf:2");
	assert_shows(shown, "\tkick_length = 200;", "default");
	assert_shows(shown, "\tname = \"ana\";", "papod.conf:3");
	assert_shows(shown, "# email is not set", "default");
	assert_shows(shown, "# the password is set", "secrets.ini:2");
	settings_unref(settings);
	free(shown);
}

static void hashes_are_not_shown(void **state)
{
	struct settings *settings = parse_good(NULL, "[server]\npassword = " HASH);
	char *shown = show(settings);

	(void) state;
	assert_null(strstr(shown, "$y$"));
	settings_unref(settings);
	free(shown);
}

static void a_token_is_not_shown(void **state)
{
	struct settings *settings =
		parse_good("notifications = ( { name = \"ci\"; channels = [ \"#build\" ]; } );",
			"[notification ci]\ntoken = 0123456789abcdef");
	char *shown = show(settings);

	(void) state;
	assert_null(strstr(shown, "0123456789abcdef"));
	assert_shows(shown, "\t\t# the token is set", "secrets.ini:2");
	assert_shows(shown, "\t\tnick = \"ci\";", "default");
	settings_unref(settings);
	free(shown);
}

static void what_is_shown_is_a_configuration(void **state)
{
	struct settings *settings =
		parse_good("server: { description = \"a \\\"b\\\" \\\\ c\"; };\n"
			   "listen = ( { path = \"/run/x\"; }, { address = \"::1\"; } );\n"
			   "classes = ( { name = \"a\"; addresses = [ \"192.0.2.0/24\", \"::1\", "
			   "\"local\" ];\n"
			   "ping = \"1500 ms\"; } );",
			NULL);
	char *shown = show(settings), *again;
	struct settings *parsed = parse_good(shown, NULL);

	(void) state;
	assert_string_equal(parsed->description, "a \"b\" \\ c");
	assert_int_equal(parsed->classes[0].n_addresses, 3);
	assert_int_equal(parsed->classes[0].ping_ms, 1500);
	again = show(parsed);
	assert_int_equal(strcspn(shown, "#"), strcspn(again, "#"));
	settings_unref(parsed);
	settings_unref(settings);
	free(shown);
	free(again);
}

static void add_change(void *data, const struct settings_change *change)
{
	buffer_format(data, "%s%s\n", change->option, change->needs_restart ? " (restart)" : "");
	/* Secrets have no values here. */
	if (strstr(change->option, "password"))
		assert_true(!change->old && !change->new);
}

static void add_values(void *data, const struct settings_change *change)
{
	buffer_format(data, "%s: %s -> %s\n", change->option, change->old ? change->old : "none",
		change->new ? change->new : "none");
}

static void assert_changes(const char *old, const char *new, const char *expected)
{
	struct settings *a = parse_good(old, NULL), *b = parse_good(new, NULL);
	struct buffer changes = { 0 };

	settings_compare(a, b, add_change, &changes);
	assert_string_equal(buffer_text(&changes), expected);
	buffer_done(&changes);
	settings_unref(a);
	settings_unref(b);
}

static void changes_are_named(void **state)
{
	(void) state;
	assert_changes("limits: { nick_length = 30; };", "", "");
	assert_changes("admin: { email = \"a@b.c\"; };", "limits: { nick_length = 20; };",
		"admin.email\nlimits.nick_length\n");
	assert_changes("listen = ( { address = \"*\"; } );",
		"listen = ( { address = \"*\"; mode = \"0600\"; }, { path = \"/x\"; } );",
		"listen.*:6667.mode\nlisten./x.(added)\n");
	assert_changes("classes = ( { name = \"a\"; }, { name = \"b\"; }, { name = \"c\"; } );",
		"classes = ( { name = \"c\"; }, { name = \"a\"; } );",
		"classes.b.(removed)\nclasses.(order)\n");
}

static void changed_passwords_and_texts_are_named(void **state)
{
	const struct source old[] = {
		{ SOURCE_KIND_SECRETS, "s", "[server]\npassword = " HASH },
		{ SOURCE_KIND_MOTD, "m", "a" },
	};
	const struct source new[] = {
		{ SOURCE_KIND_SECRETS, "s", "[server]\npassword = " OTHER_HASH },
		{ SOURCE_KIND_RULES, "r", "a" },
	};
	struct problems problems = { 0 };
	struct settings *a = settings_parse(old, 2, &problems);
	struct settings *b = settings_parse(new, 2, &problems);
	struct buffer changes = { 0 };

	(void) state;
	settings_compare(a, b, add_change, &changes);
	assert_string_equal(
		changes.bytes, "server.password\nfiles.motd (its text)\nfiles.rules (its text)\n");
	buffer_done(&changes);
	settings_unref(a);
	settings_unref(b);
	problems_done(&problems);
}

static void a_change_has_both_values(void **state)
{
	struct settings *old = parse_good("limits: { nick_length = 12; };", NULL);
	struct settings *new = parse_good("limits: { nick_length = 20; };", NULL);
	struct buffer changes = { 0 };

	(void) state;
	settings_compare(old, new, add_values, &changes);
	assert_string_equal(changes.bytes, "limits.nick_length: 12 -> 20\n");
	buffer_done(&changes);
	settings_unref(old);
	settings_unref(new);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_value_has_its_origin),
		cmocka_unit_test(hashes_are_not_shown),
		cmocka_unit_test(a_token_is_not_shown),
		cmocka_unit_test(what_is_shown_is_a_configuration),
		cmocka_unit_test(a_change_has_both_values),
		cmocka_unit_test(changes_are_named),
		cmocka_unit_test(changed_passwords_and_texts_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
