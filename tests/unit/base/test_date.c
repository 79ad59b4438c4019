/* Dates as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/date.h"

static void known_moments_are_written(void **state)
{
	static const struct {
		uint64_t wall_ms;
		const char *iso, *plain, *http;
	} rows[] = {
		{ 0, "1970-01-01T00:00:00.000Z", "1970-01-01 00:00:00 UTC",
			"Thu, 01 Jan 1970 00:00:00 GMT" },
		{ 951782399999, "2000-02-28T23:59:59.999Z", "2000-02-28 23:59:59 UTC",
			"Mon, 28 Feb 2000 23:59:59 GMT" },
		{ 951782400000, "2000-02-29T00:00:00.000Z", "2000-02-29 00:00:00 UTC",
			"Tue, 29 Feb 2000 00:00:00 GMT" },
		{ 1709251200001, "2024-03-01T00:00:00.001Z", "2024-03-01 00:00:00 UTC",
			"Fri, 01 Mar 2024 00:00:00 GMT" },
		{ 4107542400000, "2100-03-01T00:00:00.000Z", "2100-03-01 00:00:00 UTC",
			"Mon, 01 Mar 2100 00:00:00 GMT" },
	};
	char text[DATE_BYTES];

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		date_format_iso(rows[i].wall_ms, text);
		assert_string_equal(text, rows[i].iso);
		date_format_plain(rows[i].wall_ms, text);
		assert_string_equal(text, rows[i].plain);
		date_format_http(rows[i].wall_ms, text);
		assert_string_equal(text, rows[i].http);
	}
}

static void every_day_of_eight_centuries_is_the_c_librarys(void **state)
{
	char text[DATE_BYTES], expected[DATE_BYTES];

	(void) state;
	for (uint64_t day = 0; day < 800 * 366; day++) {
		time_t seconds = (time_t) (day * 86400 + day % 86400);
		struct tm tm;

		gmtime_r(&seconds, &tm);
		assert_true(strftime(expected, sizeof(expected), "%Y-%m-%d %H:%M:%S UTC", &tm) > 0);
		date_format_plain((uint64_t) seconds * 1000 + day % 1000, text);
		assert_string_equal(text, expected);
		assert_true(
			strftime(expected, sizeof(expected), "%a, %d %b %Y %H:%M:%S GMT", &tm) > 0);
		date_format_http((uint64_t) seconds * 1000 + day % 1000, text);
		assert_string_equal(text, expected);
	}
}

static void no_clock_is_too_wrong_for_it(void **state)
{
	char text[DATE_BYTES];

	(void) state;
	date_format_iso(UINT64_MAX, text);
	assert_int_equal(text[23], 'Z');
	date_format_plain(UINT64_MAX, text);
	assert_int_equal(text[22], 'C');
	date_format_http(UINT64_MAX, text);
	assert_int_equal(text[28], 'T');
}

static void what_is_written_is_read(void **state)
{
	char text[DATE_BYTES];
	uint64_t back;

	(void) state;
	for (uint64_t day = 0; day < 800 * 366; day++) {
		uint64_t wall_ms = day * 86400000 + day % 86400000;

		date_format_iso(wall_ms, text);
		assert_true(date_parse_iso(text, &back));
		assert_true(back == wall_ms);
	}
}

static void other_times_are_refused(void **state)
{
	static const char *const texts[] = { "", "2024", "2024-03-01T00:00:00.001", "2024-03-01",
		"2024-02-30T00:00:00.000Z", "2023-02-29T00:00:00.000Z", "2024-04-31T00:00:00Z",
		"2024-13-01T00:00:00.000Z", "2024-00-01T00:00:00.000Z", "2024-01-00T00:00:00.000Z",
		"2024-01-01T24:00:00.000Z", "2024-01-01T00:60:00.000Z", "2024-01-01T00:00:61.000Z",
		"1969-12-31T23:59:59.999Z", "2024-01-01 00:00:00.000Z", "2024-01-01T00:00:00.000ZZ",
		"+024-01-01T00:00:00.000Z", "2024-01-01T00:00:00.0x0Z" };
	uint64_t wall_ms;

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		if (date_parse_iso(texts[i], &wall_ms))
			fail_msg("%s is a time", texts[i]);
}

static void a_fraction_may_have_any_length(void **state)
{
	uint64_t wall_ms;

	(void) state;
	assert_true(date_parse_iso("1970-01-01T00:00:01Z", &wall_ms) && wall_ms == 1000);
	assert_true(date_parse_iso("1970-01-01T00:00:01.5Z", &wall_ms) && wall_ms == 1500);
	assert_true(date_parse_iso("1970-01-01T00:00:01.123456Z", &wall_ms) && wall_ms == 1123);
}

static void a_day_begins_at_midnight(void **state)
{
	static const char *const others[] = { "", "2024-02-30", "2024-13-01", "2024-2-1",
		"2024-02-01 ", "2024-02-01T00:00:00Z" };
	uint64_t wall_ms;

	(void) state;
	assert_true(date_parse_day("1970-01-02", &wall_ms) && wall_ms == DAY_MS);
	for (size_t i = 0; i < ARRAY_LENGTH(others); i++)
		if (date_parse_day(others[i], &wall_ms))
			fail_msg("%s is a day", others[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_moments_are_written),
		cmocka_unit_test(every_day_of_eight_centuries_is_the_c_librarys),
		cmocka_unit_test(no_clock_is_too_wrong_for_it),
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(other_times_are_refused),
		cmocka_unit_test(a_fraction_may_have_any_length),
		cmocka_unit_test(a_day_begins_at_midnight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
