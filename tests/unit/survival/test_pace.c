/* When snapshots are written, and by whom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "survival/pace.h"

#define MANY_BYTES (1u << 20)

static void a_short_log_needs_no_snapshot(void **state)
{
	const struct pace pace = { .begun_ms = 1000 };
	struct pace_need need = { .now_ms = 10999, .bytes = MANY_BYTES };

	(void) state;
	assert_int_equal(pace_choose(&pace, &need), PACE_WAIT);
	assert_int_equal(pace_next_deadline(&pace, &need), 11000); /* though nothing happens */
	need.now_ms++;
	assert_int_equal(pace_choose(&pace, &need), PACE_BY_CHILD);
	need.bytes = 256 << 10;
	assert_int_equal(pace_choose(&pace, &need), PACE_WAIT);
	assert_int_equal(pace_next_deadline(&pace, &need), UINT64_MAX);
	need.is_long = true;
	assert_int_equal(pace_choose(&pace, &need), PACE_BY_CHILD);
	need.has_child = true;
	assert_int_equal(pace_choose(&pace, &need), PACE_WAIT);
}

static void passwords_that_were_checked_soon_leave_the_snapshot(void **state)
{
	struct pace_need need = { .now_ms = 6000 };
	struct pace pace = { 0 };

	(void) state;
	pace_begin(&pace, 5000);
	assert_int_equal(pace_next_deadline(&pace, &need), UINT64_MAX);
	need.has_secrets = true;
	assert_int_equal(pace_choose(&pace, &need), PACE_WAIT);
	assert_int_equal(pace_next_deadline(&pace, &need), 10000);
	need.now_ms = 10000;
	assert_int_equal(pace_choose(&pace, &need), PACE_BY_CHILD);
	pace_begin(&pace, 10000);
	pace_child_failed(&pace, 10000);
	assert_int_equal(pace_choose(&pace, &need), PACE_WAIT);
	need.now_ms = 15000;
	assert_int_equal(pace_choose(&pace, &need), PACE_BY_CHILD);
}

static void a_child_has_half_a_minute(void **state)
{
	struct pace pace = { 0 };
	const struct pace_need need = { .now_ms = 6000, .is_long = true, .has_child = true };

	(void) state;
	pace_begin(&pace, 5000);
	assert_false(pace_is_over(&pace, 34999));
	assert_true(pace_is_over(&pace, 35000));
	assert_int_equal(pace_next_deadline(&pace, &need), 35000);
}

static void after_failures_children_come_later_and_later(void **state)
{
	static const uint64_t waits[] = { 1, 2, 4, 8, 16, 32, 60, 60 };
	struct pace_need need = { .is_long = true };
	struct pace pace = { 0 };

	(void) state;
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		uint64_t again_ms = need.now_ms + waits[i] * 1000;

		assert_int_equal(pace_choose(&pace, &need), PACE_BY_CHILD);
		pace_child_failed(&pace, need.now_ms);
		assert_int_equal(pace_next_deadline(&pace, &need), again_ms);
		need.now_ms = again_ms - 1;
		assert_int_equal(pace_choose(&pace, &need), PACE_WAIT);
		need.now_ms = again_ms;
	}
	pace_child_done(&pace);
	assert_int_equal(pace_choose(&pace, &need), PACE_BY_CHILD);
	assert_int_equal(pace_next_deadline(&pace, &need), UINT64_MAX);
}

static void a_heavy_log_is_ours_only_when_children_fail(void **state)
{
	struct pace_need need = { .is_long = true, .is_heavy = true };
	struct pace pace = { 0 };

	(void) state;
	assert_int_equal(pace_choose(&pace, &need), PACE_BY_CHILD);
	pace_child_failed(&pace, 0);
	assert_int_equal(pace_choose(&pace, &need), PACE_BY_US);
	pace_own_done(&pace, 0, 50);
	need.now_ms = 499; /* it took 50 ms, and must not take more than a tenth of the time */
	assert_int_equal(pace_choose(&pace, &need), PACE_WAIT);
	need.now_ms = 500;
	assert_int_equal(pace_choose(&pace, &need), PACE_BY_US);
	need.has_child = true;
	assert_int_equal(pace_choose(&pace, &need), PACE_WAIT);
}

static void a_log_that_is_nearly_full_waits_for_nobody(void **state)
{
	struct pace_need need = { .is_nearly_full = true, .has_child = true };
	struct pace pace = { 0 };

	(void) state;
	assert_int_equal(pace_choose(&pace, &need), PACE_BY_US);
	pace_own_done(&pace, 0, 1000);
	assert_int_equal(pace_choose(&pace, &need), PACE_BY_US);
	pace_own_failed(&pace, 0);
	need.now_ms = 999;
	assert_int_equal(pace_choose(&pace, &need), PACE_WAIT);
	assert_int_equal(pace_next_deadline(&pace, &need), 1000);
	need.now_ms = 1000;
	assert_int_equal(pace_choose(&pace, &need), PACE_BY_US);
	pace_own_failed(&pace, 1000);
	assert_int_equal(pace_next_deadline(&pace, &need), 3000);
}

static void a_log_with_a_gap_is_ours(void **state)
{
	const struct pace_need need = { .has_stopped = true };
	const struct pace pace = { 0 };

	(void) state;
	assert_int_equal(pace_choose(&pace, &need), PACE_BY_US);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_short_log_needs_no_snapshot),
		cmocka_unit_test(passwords_that_were_checked_soon_leave_the_snapshot),
		cmocka_unit_test(a_child_has_half_a_minute),
		cmocka_unit_test(after_failures_children_come_later_and_later),
		cmocka_unit_test(a_heavy_log_is_ours_only_when_children_fail),
		cmocka_unit_test(a_log_that_is_nearly_full_waits_for_nobody),
		cmocka_unit_test(a_log_with_a_gap_is_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
