/* Laps, and reading in the middle of one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <time.h>

#include "survival/stopwatch.h"

static struct timespec now;

int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_now);

int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_now)
{
	assert_int_equal(clock, CLOCK_MONOTONIC); /* the clock cannot be set */
	*ret_now = now;
	return 0;
}

static void each_lap_begins_where_the_last_one_ended(void **state)
{
	struct stopwatch stopwatch = { 0 };

	(void) state;
	now = (struct timespec){ 100, 999999999 };
	stopwatch_lap(&stopwatch);
	now = (struct timespec){ 101, 0 };
	assert_int_equal(stopwatch_lap(&stopwatch), 1);
	assert_int_equal(stopwatch_lap(&stopwatch), 0);
	now.tv_sec += 3;
	assert_int_equal(stopwatch_lap(&stopwatch), 3000);
}

static void reading_ends_no_lap(void **state)
{
	struct stopwatch stopwatch = { 0 };

	(void) state;
	now = (struct timespec){ 100, 0 };
	stopwatch_lap(&stopwatch);
	now.tv_nsec = 7000000;
	assert_int_equal(stopwatch_read(&stopwatch), 7);
	now.tv_nsec = 9000000;
	assert_int_equal(stopwatch_read(&stopwatch), 9);
	assert_int_equal(stopwatch_lap(&stopwatch), 9);
	assert_int_equal(stopwatch_read(&stopwatch), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_lap_begins_where_the_last_one_ended),
		cmocka_unit_test(reading_ends_no_lap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
