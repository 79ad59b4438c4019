#include "parse.h"

#include "config/units.h"

static void assert_units(enum units units, const char *text, uint64_t expected)
{
	uint64_t value;

	assert_true(units_parse(units, text, &value));
	assert_int_equal(value, expected);
}

static void sizes_are_bytes_or_have_a_unit(void **state)
{
	uint64_t value;

	(void) state;
	assert_units(UNITS_SIZE, "512", 512);
	assert_units(UNITS_SIZE, "64 KiB", 65536);
	assert_units(UNITS_SIZE, "2MiB", 2 * 1024 * 1024);
	assert_false(units_parse(UNITS_SIZE, "64 KB", &value));
	assert_false(units_parse(UNITS_SIZE, "64 s", &value));
	assert_false(units_parse(UNITS_SIZE, "", &value));
	assert_false(units_parse(UNITS_SIZE, " 1", &value));
	assert_false(units_parse(UNITS_SIZE, "-1", &value));
}

static void durations_are_seconds_or_have_a_unit(void **state)
{
	uint64_t value;

	(void) state;
	assert_units(UNITS_DURATION, "90", 90000);
	assert_units(UNITS_DURATION, "90 s", 90000);
	assert_units(UNITS_DURATION, "250ms", 250);
	assert_units(UNITS_DURATION, "2  min", 120000);
	assert_units(UNITS_DURATION, "1 h", 3600000);
	assert_false(units_parse(UNITS_DURATION, "1 day", &value));
	assert_false(units_parse(UNITS_DURATION, "1 min 3 s", &value));
}

static void large_numbers_do_not_wrap_round(void **state)
{
	uint64_t value;

	(void) state;
	assert_false(units_parse(UNITS_SIZE, "18446744073709551617", &value));
	assert_units(UNITS_DURATION, "1000000000000 h", 1000000000000u * 3600000u);
}

static void values_are_shown_in_their_largest_whole_unit(void **state)
{
	struct buffer out = { 0 };

	(void) state;
	units_format(UNITS_DURATION, 90000, &out);
	buffer_put_byte(&out, ' ');
	units_format(UNITS_DURATION, 120000, &out);
	buffer_put_byte(&out, ' ');
	units_format(UNITS_SIZE, 1025, &out);
	assert_string_equal(out.bytes, "90 s 2 min 1025 B");
	buffer_done(&out);
}

static void assert_explained(enum units units, const char *text, const char *expected)
{
	struct buffer out = { 0 };

	assert_true(units_explain(units, text, &out));
	assert_string_equal(out.bytes, expected);
	buffer_done(&out);
}

static void units_of_other_programs_are_explained(void **state)
{
	static const struct {
		enum units units;
		const char *text, *expected;
	} rows[] = {
		{ UNITS_DURATION, "1sec", "there is no unit \"sec\"; a second is \"1 s\"" },
		{ UNITS_DURATION, "2 seconds",
			"there is no unit \"seconds\"; a second is \"1 s\"" },
		{ UNITS_DURATION, "5 m", "there is no unit \"m\"; a minute is \"1 min\"" },
		{ UNITS_DURATION, "5 Minutes",
			"there is no unit \"Minutes\"; a minute is \"1 min\"" },
		{ UNITS_DURATION, "1 hour", "there is no unit \"hour\"; an hour is \"1 h\"" },
		{ UNITS_DURATION, "1 d", "there is no unit \"d\"; a day is \"24 h\"" },
		{ UNITS_DURATION, "30 days", "there is no unit \"days\"; a day is \"24 h\"" },
		{ UNITS_DURATION, "1 w", "there is no unit \"w\"; a week is \"168 h\"" },
		{ UNITS_DURATION, "1 week", "there is no unit \"week\"; a week is \"168 h\"" },
		{ UNITS_SIZE, "12 bytes", "there is no unit \"bytes\"; a byte is \"1 B\"" },
		{ UNITS_SIZE, "12 k", "there is no unit \"k\"; a kilobyte is \"1 KiB\"" },
		{ UNITS_SIZE, "12 KB", "there is no unit \"KB\"; a kilobyte is \"1 KiB\"" },
		{ UNITS_SIZE, "12 kib", "there is no unit \"kib\"; a kilobyte is \"1 KiB\"" },
		{ UNITS_SIZE, "1 M", "there is no unit \"M\"; a megabyte is \"1 MiB\"" },
		{ UNITS_SIZE, "1 MB", "there is no unit \"MB\"; a megabyte is \"1 MiB\"" },
		{ UNITS_SIZE, "1 mib", "there is no unit \"mib\"; a megabyte is \"1 MiB\"" },
		{ UNITS_SIZE, "1 sec", "there is no unit \"sec\"" },
		{ UNITS_DURATION, "1 KiB", "there is no unit \"KiB\"" },
		{ UNITS_DURATION, "1 min 3 s", "there is no unit \"min\"" },
		{ UNITS_DURATION, "1 dss", "there is no unit \"dss\"" },
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		assert_explained(rows[i].units, rows[i].text, rows[i].expected);
}

static void what_is_no_unit_is_not_explained(void **state)
{
	static const char *const texts[] = { "", "min", "90", "90 s", "1h", "5 %", "-5 m" };
	struct buffer out = { 0 };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		assert_false(units_explain(UNITS_DURATION, texts[i], &out));
	assert_int_equal(out.length, 0);
	buffer_done(&out);
}

static void permissions_are_octal(void **state)
{
	uint64_t value;

	(void) state;
	assert_true(units_parse_octal("0660", &value));
	assert_int_equal(value, 0660);
	assert_false(units_parse_octal("0680", &value));
	assert_false(units_parse_octal("", &value));
	assert_false(units_parse_octal("00000000660", &value));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_bytes_or_have_a_unit),
		cmocka_unit_test(durations_are_seconds_or_have_a_unit),
		cmocka_unit_test(large_numbers_do_not_wrap_round),
		cmocka_unit_test(values_are_shown_in_their_largest_whole_unit),
		cmocka_unit_test(units_of_other_programs_are_explained),
		cmocka_unit_test(what_is_no_unit_is_not_explained),
		cmocka_unit_test(permissions_are_octal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
