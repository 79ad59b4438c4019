/* The modes of channels that the configuration lists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "world/permanent_channels.h"

static struct settings *settings_of_text(const char *config)
{
	const struct source source = { SOURCE_KIND_CONFIG, "papod.conf", config };
	struct problems problems = { 0 };
	struct settings *settings = settings_parse(&source, 1, &problems);

	assert_int_equal(problems.count, 0);
	return settings;
}

/* NULL: the modes are good. */
static void assert_mode_problem(const char *modes, const char *expected)
{
	CLEANUP(buffer_done) struct buffer config = { 0 }, found = { 0 }, wanted = { 0 };
	CLEANUP(problems_done) struct problems problems = { 0 };
	struct settings *settings;

	buffer_format(&config,
		"permanent_channels = ( { name = \"#a\"; },\n{ name = \"#b\";\nmodes = \"%s\"; } "
		");",
		modes);
	settings = settings_of_text(config.bytes);
	permanent_channels_check(settings, &problems);
	assert_int_equal(problems.n_errors, expected != NULL);
	if (expected) {
		problem_format(&problems.items[0], &found);
		buffer_format(&wanted, "papod.conf:3: permanent_channels.modes: %s", expected);
		assert_string_equal(found.bytes, wanted.bytes);
	}
	settings_unref(settings);
}

static void modes_of_a_channel_alone_are_good(void **state)
{
	(void) state;
	assert_mode_problem("+nt", NULL);
	assert_mode_problem("nt", NULL);
	assert_mode_problem("+", NULL);
	assert_mode_problem("+ntP", NULL);
	assert_mode_problem("+O", NULL);
	assert_mode_problem("+sldjf 50 10 3:60 #c", NULL);
	assert_mode_problem("+RMz", NULL);
}

static void others_are_refused_with_a_reason(void **state)
{
	(void) state;
	assert_mode_problem("+n!", "there is no mode !; papod-irc(7) lists the modes of channels");
	assert_mode_problem("+n-t", "leave out -t: the channel only has modes that stand here");
	assert_mode_problem("+nk key", "the key has an option of its own: key = \"...\"");
	assert_mode_problem("+ob ana",
		"mode o is not one of the channel alone; expected modes that are set or not, or "
		"have a value, such as \"+ntl 50\"");
	assert_mode_problem("+b *!*@spam.example",
		"mode b is not one of the channel alone; expected modes that are set or not, or "
		"have a value, such as \"+ntl 50\"");
	assert_mode_problem("+ntl", "mode l has no value; expected \"+l limit\"");
	assert_mode_problem(
		"+ntl many", "found \"many\" for mode l. A limit is a number, at least 1");
	assert_mode_problem(
		"+jl 3:60 0", "found \"0\" for mode l. A limit is a number, at least 1");
	assert_mode_problem("+nt 50",
		"\"50\" belongs to no mode; expected all letters in one word, and then the values "
		"of those that have some");
	assert_mode_problem("+n +t",
		"\"+t\" belongs to no mode; expected all letters in one word, and then the values "
		"of those that have some");
}

static void the_last_of_a_repeated_mode_counts(void **state)
{
	CLEANUP(listed_modes_done) struct listed_modes modes;

	(void) state;
	listed_modes_init(&modes, "+lnl 5 7");
	assert_true(listed_modes_have(&modes, 'n'));
	assert_false(listed_modes_have(&modes, 't'));
	assert_string_equal(listed_modes_param(&modes, 'l'), "7");
	assert_null(listed_modes_param(&modes, 'j'));
}

static void an_entry_is_found_under_each_case(void **state)
{
	struct settings *settings =
		settings_of_text("permanent_channels = ( { name = \"#Help[]\"; } );");

	(void) state;
	assert_non_null(permanent_channel_find(settings, CASEMAP_ASCII, "#hELP[]"));
	assert_null(permanent_channel_find(settings, CASEMAP_ASCII, "#help{}"));
	assert_non_null(permanent_channel_find(settings, CASEMAP_RFC1459, "#help{}"));
	settings_unref(settings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(modes_of_a_channel_alone_are_good),
		cmocka_unit_test(others_are_refused_with_a_reason),
		cmocka_unit_test(the_last_of_a_repeated_mode_counts),
		cmocka_unit_test(an_entry_is_found_under_each_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
