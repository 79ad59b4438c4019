/* Every call of SQLite, and every call that SQLite makes to its files, fails once beneath a
 * history. Nothing is lost, nothing is there twice, and nothing that was removed stays.
 *
 * PAPOD_TEST_FAULTS=all lets each call fail, not some of them. PAPOD_TEST_SEED repeats a run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sqlite3.h>
#include <stdio.h>
#include <time.h>

#include "faulty_calls.h"
#include "faulty_desk.h"
#include "faulty_disk.h"

#define SOME 15 /* of the calls, if not all fail */

static void open_in_spite_of_a_fault(struct desk *desk)
{
	struct store_problem problem = { 0 };

	if (desk_try_open(desk, &problem))
		return;
	assert_int_not_equal(problem.fault, STORE_FAULT_NONE);
	desk_open(desk);
}

static void submit_talk(struct desk *desk)
{
	for (uint64_t id = 1; id <= 12; id++)
		faulty_desk_say(desk, 7, id, 1);
	for (uint64_t id = 13; id <= 16; id++)
		faulty_desk_say(desk, -3, id, id < 15 ? 1 : 2);
	for (uint64_t id = 17; id <= 20; id++)
		faulty_desk_say(desk, 9, id, 1);
}

static void submit_changes(struct desk *desk)
{
	faulty_desk_change(
		desk, HISTORY_REQUEST_REMOVE, (struct history_row){ .id = 12, .target = 7 }, 0);
	faulty_desk_change(desk, HISTORY_REQUEST_EDIT,
		(struct history_row){ .id = 11, .target = 7, .text = piece_of("other") }, 0);
	faulty_desk_change(desk, HISTORY_REQUEST_ERASE, (struct history_row){ .target = 9 }, 0);
	faulty_desk_change(desk, HISTORY_REQUEST_KEEP, (struct history_row){ .target = 7 }, 6);
	faulty_desk_change(desk, HISTORY_REQUEST_TRIM, (struct history_row){ .target = 7 }, 7);
	faulty_desk_change(desk, HISTORY_REQUEST_FORGET, (struct history_row){ .id = 100 }, 2);
	faulty_desk_change(desk, HISTORY_REQUEST_EXPIRE, (struct history_row){ 0 }, 3);
	faulty_desk_change(desk, HISTORY_REQUEST_EXPIRE_PRIVATE, (struct history_row){ 0 }, 14);
}

/* A question is answered as it must be, or refused. */
static void ask_while_it_fails(struct desk *desk, const char *words, size_t n_rows)
{
	size_t n_refused = desk->n_refused;

	desk_ask(desk, desk->n_answers, words);
	desk_wait_for_answers(desk, desk->n_answers + 1);
	if (desk->n_refused == n_refused && !desk->is_partial)
		assert_int_equal(desk->n_rows, n_rows);
}

static void check_rest(struct desk *desk)
{
	struct vault *vault = faulty_desk_open_vault(desk);

	vault_keep_up(vault);
	assert_string_equal(vault_ids(vault), "7 8 9 10 11 14");
	assert_string_equal(vault_matches(vault, "here"), "7 8 9 10 14");
	assert_string_equal(vault_matches(vault, "other"), "11");
	assert_int_equal(vault_count(vault, "SELECT count(*) FROM conversations"), 1);
	faulty_desk_check(vault);
	vault_tidy(vault);
	assert_false(vault_file_has(vault, "word12"));
	assert_false(vault_file_has(vault, "word18"));
	faulty_desk_close_vault(vault);
}

/* All that a history does, once. Returns how many calls that took. */
static long run_script(long (*count_made)(void))
{
	struct desk *desk = desk_new();
	long n_calls;

	faulty_desk_forget_tidiness();
	open_in_spite_of_a_fault(desk);
	submit_talk(desk);
	ask_while_it_fails(desk, NULL, 12);
	submit_changes(desk);
	desk_wait_until_written(desk);
	faulty_desk_wait_until_tidy();
	ask_while_it_fails(desk, "here", 5);
	faulty_desk_say(desk, 7, 11, 1); /* a repetition */
	desk_close(desk);
	n_calls = count_made();
	faulty_desk_stop_failing();
	assert_int_equal(desk->n_faults, 0);
	desk_open(desk);
	assert_int_equal(archive_last_id(desk->archive), 14);
	desk_close(desk);
	assert_int_equal(desk->left.length, 0);
	check_rest(desk);
	desk_free(desk);
	return n_calls;
}

static long choose_stride(long n_calls)
{
	const char *wanted = getenv("PAPOD_TEST_FAULTS");

	return wanted && strcmp(wanted, "all") == 0 ? 1 : 1 + n_calls / SOME;
}

/* The calls differ a little from run to run, with the groups in which requests are written. */
static void fail_calls(long (*count_made)(void), void (*make_fail)(long call))
{
	long n_calls, stride, call;

	make_fail(0);
	n_calls = run_script(count_made);
	stride = choose_stride(n_calls);
	for (call = 1 + random() % stride; call <= n_calls; call += stride) {
		make_fail(call);
		n_calls = run_script(count_made);
	}
	print_message("%ld calls, one in %ld failed\n", n_calls, stride);
	assert_true(n_calls > 200);
}

static void fail_before(long call)
{
	faulty_calls_fail(call, false);
}

static void fail_after(long call)
{
	faulty_calls_fail(call, true);
}

static void fail_file(long call)
{
	faulty_disk_fail(call, SQLITE_IOERR, false);
}

static void fill_file(long call)
{
	faulty_disk_fail(call, SQLITE_FULL, false);
}

static void every_call_of_sqlite_may_fail_once(void **state)
{
	(void) state;
	fail_calls(faulty_calls_made, fail_before);
}

static void every_call_of_sqlite_may_succeed_and_report_a_failure(void **state)
{
	(void) state;
	fail_calls(faulty_calls_made, fail_after);
}

static void every_call_to_a_file_may_fail_once(void **state)
{
	(void) state;
	fail_calls(faulty_disk_calls, fail_file);
}

static void every_call_to_a_file_may_find_the_disk_full_once(void **state)
{
	(void) state;
	fail_calls(faulty_disk_calls, fill_file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, faulty_desk_set_up, faulty_desk_tear_down)
		TEST(every_call_of_sqlite_may_fail_once),
		TEST(every_call_of_sqlite_may_succeed_and_report_a_failure),
		TEST(every_call_to_a_file_may_fail_once),
		TEST(every_call_to_a_file_may_find_the_disk_full_once),
	};
	const char *seed = getenv("PAPOD_TEST_SEED");

	srandom(seed ? (unsigned int) atol(seed) : (unsigned int) time(NULL));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
