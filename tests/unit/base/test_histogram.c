/* Counts of times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/histogram.h"

static void bounds_rise(void **state)
{
	(void) state;
	for (size_t i = 1; i < HISTOGRAM_BOUNDS; i++)
		assert_true(histogram_bound_ns(i) > histogram_bound_ns(i - 1));
}

static void a_time_counts_below_its_bound(void **state)
{
	struct histogram histogram = { 0 };

	(void) state;
	for (size_t i = 0; i < HISTOGRAM_BOUNDS; i++) {
		histogram_add(&histogram, histogram_bound_ns(i));
		assert_int_equal(histogram.counts[i], 1);
	}
	histogram_add(&histogram, 0);
	assert_int_equal(histogram.counts[0], 2);
	histogram_add(&histogram, histogram_bound_ns(0) + 1);
	assert_int_equal(histogram.counts[1], 2);
}

static void a_time_over_all_bounds_counts_too(void **state)
{
	struct histogram histogram = { 0 };

	(void) state;
	histogram_add(&histogram, UINT64_MAX / 2);
	histogram_add(&histogram, 3);
	assert_int_equal(histogram.counts[HISTOGRAM_BOUNDS], 1);
	assert_int_equal(histogram_count(&histogram), 2);
	assert_true(histogram.total_ns == UINT64_MAX / 2 + 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bounds_rise),
		cmocka_unit_test(a_time_counts_below_its_bound),
		cmocka_unit_test(a_time_over_all_bounds_counts_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
