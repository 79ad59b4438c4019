/* How many crashes are evidence, and of what. Tests each limit exactly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "add_event.h"
#include "daemon/trials.h"

static struct event_log *log_of(int n_events, bool is_last_open)
{
	const struct event event = { .kind = EVENT_TICK };
	struct event_log *log;

	assert_int_equal(event_log_new(&log), 0);
	for (int i = 1; i <= n_events; i++) {
		assert_true(add_event(log, &event));
		if (i < n_events || !is_last_open)
			event_log_add_done(log, 0, 1);
	}
	return log;
}

static void die_at(struct event_log *log, enum trial_point point)
{
	trials_begin(log);
	trials_reach(log, point);
}

static void die_at_event(struct event_log *log, uint64_t number)
{
	trials_begin(log);
	trials_reach_record(log, 2 * number);
	event_log_trials(log)->replayed_event = number;
}

static void die_at_load(struct event_log *log, uint64_t number)
{
	trials_begin(log);
	trials_reach_load(log, number);
}

static void expect_fatal(struct event_log *log, uint64_t number)
{
	trials_begin(log);
	assert_int_equal(trials_fatal_event(log), number);
}

static void expect(struct event_log *log, bool may_replay, bool may_restore)
{
	trials_begin(log);
	assert_int_equal(trials_may_replay(log), may_replay);
	assert_int_equal(trials_may_restore(log), may_restore);
}

/* The next process may be of another release. */
static void the_numbers_of_points_never_change(void **state)
{
	static const enum trial_point points[] = { TRIAL_NONE, TRIAL_LOOK, TRIAL_LOAD, TRIAL_SAVE,
		TRIAL_CHECK, TRIAL_ATTACH };
	struct event_log *log = log_of(2, true);
	struct event_log_deaths *deaths = event_log_deaths(log);

	(void) state;
	for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
		trials_reach(log, points[i]);
		assert_int_equal(deaths->point, i);
	}
	die_at_event(log, 7);
	assert_true(deaths->points[0] == ((uint64_t) 3 << 60 | 2)); /* by its writer */
	assert_true(deaths->point == ((uint64_t) 1 << 60 | 14));
	die_at_load(log, 9);
	assert_true(deaths->points[2] == ((uint64_t) 2 << 60 | 7));
	assert_true(deaths->point == ((uint64_t) 4 << 60 | 9));
	event_log_free(log);
}

static void an_event_that_killed_three_times_is_fatal(void **state)
{
	struct event_log *log = log_of(9, false);

	(void) state;
	die_at_event(log, 4);
	die_at_event(log, 4);
	expect_fatal(log, 0);
	die_at_event(log, 4);
	expect_fatal(log, 4);
	event_log_free(log);
}

static void with_the_death_of_the_writer_once_more_is_enough(void **state)
{
	struct event_log *log = log_of(9, true);

	(void) state;
	die_at_event(log, 9); /* the writer crashed there too */
	expect_fatal(log, 9);
	event_log_free(log);
}

static void the_death_of_the_writer_alone_proves_nothing(void **state)
{
	struct event_log *log = log_of(9, true);

	(void) state;
	for (int i = 0; i < 100; i++)
		die_at_event(log, 1 + (uint64_t) i % 8 + (uint64_t) i / 8 * 8);
	expect_fatal(log, 0);
	event_log_free(log);
}

/* Each of these events was passed later. */
static void deaths_at_other_events_do_not_add_up(void **state)
{
	struct event_log *log = log_of(9, false);

	(void) state;
	for (uint64_t i = 1; i <= 100; i++)
		die_at_event(log, i);
	expect_fatal(log, 0);
	expect(log, true, true);
	event_log_free(log);
}

static void poison_is_found_between_other_deaths(void **state)
{
	struct event_log *log = log_of(9, false);

	(void) state;
	for (uint64_t i = 1; i <= 3; i++) {
		die_at_event(log, 7);
		die_at_event(log, 100 + i);
		die_at(log, TRIAL_LOAD);
	}
	expect_fatal(log, 7);
	trials_forget_event(log, 7);
	expect_fatal(log, 0);
	event_log_free(log);
}

static void each_death_counts_once(void **state)
{
	struct event_log *log = log_of(9, false);

	(void) state;
	die_at_event(log, 4);
	for (int i = 0; i < 9; i++)
		expect_fatal(log, 0);
	die_at(log, TRIAL_CHECK);
	for (int i = 0; i < 9; i++)
		expect(log, true, true);
	event_log_free(log);
}

/* At a short point: five replays, and two attempts without the log. */
static void expect_limits(void (*die)(struct event_log *log))
{
	struct event_log *log = log_of(9, false);

	for (int deaths = 1; deaths <= 8; deaths++) {
		die(log);
		expect(log, deaths < 5, deaths < 7);
	}
	event_log_free(log);
}

static void die_at_check(struct event_log *log)
{
	die_at(log, TRIAL_CHECK);
}

static void die_at_look(struct event_log *log)
{
	die_at(log, TRIAL_LOOK);
}

static void die_at_one_record_of_the_snapshot(struct event_log *log)
{
	die_at_load(log, 5);
}

static void what_always_ends_at_one_point_is_given_up(void **state)
{
	(void) state;
	expect_limits(die_at_check);
	expect_limits(die_at_look);
	expect_limits(die_at_one_record_of_the_snapshot);
}

static void deaths_all_over_the_loading_prove_nothing(void **state)
{
	struct event_log *log = log_of(9, false);

	(void) state;
	for (uint64_t i = 1; i <= 100; i++)
		die_at_load(log, i);
	expect(log, true, true);
	event_log_free(log);
}

static void what_takes_long_may_be_met_more_often(void **state)
{
	struct event_log *log = log_of(9, false);

	(void) state;
	for (int deaths = 1; deaths <= 61; deaths++) {
		die_at(log, TRIAL_LOAD);
		expect(log, true, deaths < 60);
	}
	event_log_free(log);
}

static void without_any_success_it_is_given_up_at_last(void **state)
{
	struct event_log *log = log_of(9, false);

	(void) state;
	for (uint64_t deaths = 1; deaths <= 261; deaths++) {
		die_at_event(log, deaths);
		expect(log, deaths < 200, deaths < 260);
	}
	event_log_free(log);
}

static void deaths_between_events_cost_the_log(void **state)
{
	struct event_log *log = log_of(9, false);

	(void) state;
	for (int deaths = 1; deaths <= 4; deaths++) {
		trials_begin(log);
		trials_reach_record(log, 3);
		expect(log, deaths < 3, true);
	}
	event_log_free(log);
}

static void deaths_while_saving_end_the_saving_alone(void **state)
{
	struct event_log *log = log_of(9, false);

	(void) state;
	for (int deaths = 1; deaths <= 9; deaths++) {
		die_at(log, TRIAL_SAVE);
		expect(log, true, true);
		assert_int_equal(trials_may_save(log), deaths < 3);
	}
	event_log_free(log);
}

static void success_clears_everything(void **state)
{
	struct event_log *log = log_of(9, false);

	(void) state;
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 4; i++)
			die_at(log, TRIAL_CHECK);
		die_at_event(log, 4);
		die_at_event(log, 4);
		trials_begin(log);
		assert_true(trials_is_again(log));
		trials_succeed(log);
		assert_false(trials_is_again(log)); /* and now, for this process */
		assert_int_equal(trials_fatal_event(log), 0);
		trials_end(log);
		trials_begin(log);
		assert_false(trials_is_again(log));
		assert_int_equal(trials_fatal_event(log), 0);
		trials_succeed(log);
		trials_end(log);
	}
	event_log_free(log);
}

/* Restored state must not be discarded by later crashes. */
static void whoever_dies_behind_it_all_is_no_evidence(void **state)
{
	struct event_log *log = log_of(9, false);

	(void) state;
	for (int i = 0; i < 1000; i++) {
		trials_begin(log);
		assert_int_equal(trials_is_again(log), i > 0);
		assert_true(trials_may_replay(log));
		assert_true(trials_may_restore(log));
		trials_succeed(log);
	}
	event_log_free(log);
}

static void what_was_passed_is_cleared_and_the_rest_counted_anew(void **state)
{
	struct event_log *log = log_of(9, false);

	(void) state;
	for (int i = 0; i < 3; i++) {
		die_at_event(log, 4);
		die_at_event(log, 7);
	}
	trials_begin(log);
	assert_int_equal(event_log_deaths(log)->count, 6);
	trials_pass(log, 4);
	assert_int_equal(event_log_deaths(log)->count, 3);
	assert_int_equal(event_log_deaths(log)->n_in_row, 3);
	expect_fatal(log, 3);
	trials_pass(log, 3);
	expect_fatal(log, 0);
	event_log_free(log);
}

/* An older release counts and forgets crashes without knowing the newer counts. */
static void what_an_older_release_left_is_not_mixed_with_ours(void **state)
{
	struct event_log *log = log_of(9, false);

	(void) state;
	die_at_event(log, 4);
	die_at_event(log, 4);
	die_at(log, TRIAL_ATTACH);
	event_log_trials(log)->n_starts = 0; /* the older release succeeded */
	die_at_event(log, 4);
	expect_fatal(log, 0);
	assert_int_equal(event_log_trials(log)->n_starts, 1); /* four more attempts would follow */
	assert_int_equal(event_log_trials(log)->n_deaths, 0);
	event_log_free(log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_numbers_of_points_never_change),
		cmocka_unit_test(an_event_that_killed_three_times_is_fatal),
		cmocka_unit_test(with_the_death_of_the_writer_once_more_is_enough),
		cmocka_unit_test(the_death_of_the_writer_alone_proves_nothing),
		cmocka_unit_test(deaths_at_other_events_do_not_add_up),
		cmocka_unit_test(poison_is_found_between_other_deaths),
		cmocka_unit_test(each_death_counts_once),
		cmocka_unit_test(what_always_ends_at_one_point_is_given_up),
		cmocka_unit_test(deaths_all_over_the_loading_prove_nothing),
		cmocka_unit_test(what_takes_long_may_be_met_more_often),
		cmocka_unit_test(without_any_success_it_is_given_up_at_last),
		cmocka_unit_test(deaths_between_events_cost_the_log),
		cmocka_unit_test(deaths_while_saving_end_the_saving_alone),
		cmocka_unit_test(success_clears_everything),
		cmocka_unit_test(whoever_dies_behind_it_all_is_no_evidence),
		cmocka_unit_test(what_was_passed_is_cleared_and_the_rest_counted_anew),
		cmocka_unit_test(what_an_older_release_left_is_not_mixed_with_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
