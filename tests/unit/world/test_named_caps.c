/* The capabilities that the configuration names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "world/named_caps.h"

/* NULL: nothing is wrong. */
static void assert_warning(const char *config, const char *expected)
{
	const struct source source = { SOURCE_KIND_CONFIG, "papod.conf", config };
	CLEANUP(problems_done) struct problems problems = { 0 };
	CLEANUP(buffer_done) struct buffer found = { 0 };
	struct settings *settings = settings_parse(&source, 1, &problems);

	assert_int_equal(problems.count, 0);
	named_caps_check(settings, &problems);
	settings_unref(settings);
	assert_int_equal(problems.n_errors, 0);
	assert_int_equal(problems.count, expected != NULL);
	if (!expected)
		return;
	problem_format(&problems.items[0], &found);
	assert_string_equal(found.bytes, expected);
}

static void capabilities_of_the_table_may_be_named(void **state)
{
	(void) state;
	assert_warning("", NULL);
	assert_warning("ircv3: { capabilities_off = [ \"setname\", \"draft/multiline\" ];\n"
		       "capabilities_on = [ \"draft/client-cert\" ]; };",
		NULL);
}

static void a_misspelled_one_is_reported_with_its_place(void **state)
{
	(void) state;
	assert_warning("ircv3: {\ncapabilities_off = [ \"setname\", \"setnam\" ]; };",
		"papod.conf:2: ircv3.capabilities_off: there is no capability \"setnam\"; did you "
		"mean setname");
	assert_warning("ircv3: { capabilities_on = [ \"warp\" ]; };",
		"papod.conf:1: ircv3.capabilities_on: there is no capability \"warp\"; "
		"papod-irc(7) lists all");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(capabilities_of_the_table_may_be_named),
		cmocka_unit_test(a_misspelled_one_is_reported_with_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
