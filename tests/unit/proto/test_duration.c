/* Durations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/duration.h"

static void assert_means(const char *text, uint64_t seconds)
{
	uint64_t ms = 1;

	assert_true(duration_parse(text, &ms));
	assert_int_equal(ms, seconds * 1000);
}

static void digits_alone_are_minutes(void **state)
{
	(void) state;
	assert_means("30", 1800);
	assert_means("0", 0);
}

static void units_add_up(void **state)
{
	(void) state;
	assert_means("1d12h", 36 * 3600);
	assert_means("1Y2w3d4H5m6s", 31536000 + 14 * 86400 + 3 * 86400 + 4 * 3600 + 306);
}

static void what_is_no_duration_is_refused(void **state)
{
	static const char *const wrong[] = { "", "h", "1x", "1d2", "1d-2h", "-5", " 5", "1.5h",
		"*@host", "101y", "99999999999999999999999s", "5000000000h" };
	uint64_t ms = 7;

	(void) state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (duration_parse(wrong[i], &ms))
			fail_msg("%s is taken for a duration", wrong[i]);
	assert_int_equal(ms, 7);
}

static void a_duration_is_shown_in_its_largest_units(void **state)
{
	char text[DURATION_TEXT_BYTES];

	(void) state;
	duration_format(129600000, text);
	assert_string_equal(text, "1d12h");
	duration_format(90999, text);
	assert_string_equal(text, "1m30s");
	duration_format(999, text);
	assert_string_equal(text, "0s");
	duration_format(UINT64_MAX, text);
	assert_true(strlen(text) < sizeof(text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digits_alone_are_minutes),
		cmocka_unit_test(units_add_up),
		cmocka_unit_test(what_is_no_duration_is_refused),
		cmocka_unit_test(a_duration_is_shown_in_its_largest_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
