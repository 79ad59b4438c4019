/* Entries of the list filters: which are possible, and which only slow. */
#include "parse.h"

#define FILTER(options) "filters = ( { name = \"one\"; " options " } );\n"

static void a_filter_has_a_pattern_and_a_place(void **state)
{
	(void) state;
	assert_problems(FILTER("pattern = \"casino\";"), NULL, "");
	assert_problems(FILTER("match = \"regex\"; pattern = \"https?://\";"), NULL, "");
	assert_problems(FILTER("action = \"block\";"), NULL,
		"papod.conf:1: filters.pattern: this one has no pattern; give it one: pattern = "
		"\"...\"\n");
	assert_problems(FILTER("pattern = \"casino\"; on = [];"), NULL,
		"papod.conf:1: filters.pattern: this one looks nowhere; leave out on, or name a "
		"place\n");
	assert_problems(FILTER("match = \"regex\"; pattern = \"a(b\";"), NULL,
		"papod.conf:1: filters.pattern: missing closing parenthesis, at byte 4 of the "
		"pattern\n");
}

/* Otherwise an update of papod could refuse a configuration that worked. */
static void a_slow_expression_is_only_a_warning(void **state)
{
	struct settings *settings =
		parse_good(FILTER("match = \"regex\"; pattern = \"([a-z])\\\\1{9}\";"), NULL);

	(void) state;
	assert_int_equal(settings->n_filters, 1);
	settings_unref(settings);
	assert_problems(FILTER("match = \"regex\"; pattern = \"([a-z])\\\\1{9}\";"), NULL,
		"papod.conf:1: filters.pattern: this expression is slow: it compares 280 "
		"times with an ordinary text of 100 bytes, where 50 are allowed. It should begin "
		"with ^ or with characters that are rare in texts; for several words, make a "
		"literal of each\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_filter_has_a_pattern_and_a_place),
		cmocka_unit_test(a_slow_expression_is_only_a_warning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
