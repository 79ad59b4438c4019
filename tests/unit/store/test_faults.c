/* Every call of SQLite, and every call that SQLite makes to its files, fails once; and disks that
 * fail for a while. Nothing acknowledged is lost, and what can be tried again is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sqlite3.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "faulty_calls.h"
#include "faulty_disk.h"
#include "place.h"

/* Enough for a checkpoint. */
#define BIG_BYTES (4400 << 10)

static void stop_failing(void)
{
	faulty_calls_fail_checkpoints(0);
	faulty_calls_fail(0, false);
	faulty_disk_fail(0, SQLITE_OK, false);
}

static int set_up(void **state)
{
	stop_failing();
	faulty_disk_install(false);
	*state = place_new();
	return 0;
}

static int tear_down(void **state)
{
	stop_failing();
	if (*state)
		place_free(*state);
	faulty_disk_remove();
	sqlite3_shutdown();
	return 0;
}

static char *make_big_text(void)
{
	char *text = mem_space(BIG_BYTES + 1);

	memset(text, 'x', BIG_BYTES);
	memcpy(text, "64=", 3);
	text[BIG_BYTES] = '\0';
	return text;
}

static void submit_script(struct place *place)
{
	assert_true(place_submit_as(
		place, 1, ROWS(ACCOUNT(0, 1, "ana"), ROW(ACCOUNT_NICKS, 0, 1, "1=a", "2=A"))));
	assert_true(place_submit_as(place, 2, ROWS(ACCOUNT(0, 1, "ana"))));
	assert_true(place_submit_as(place, 3, ROWS(ROW(CHANNELS, 0, 1, "1=#a", "2=#a", "4=+1"))));
	assert_true(place_submit_as(place, 4, ROWS(ROW(SERVER_BANS, 0, 1, "1=kline", "2=*@x"))));
	assert_true(
		place_submit_as(place, 5, ROWS(REMOVAL(SERVER_BANS, 0, 2, "1=kline", "2=*@x"))));
}

static void expect_answers(const struct place *place, size_t from)
{
	static const enum store_status statuses[] = { STORE_STATUS_STORED, STORE_STATUS_TAKEN,
		STORE_STATUS_STORED, STORE_STATUS_STORED, STORE_STATUS_STORED };
	static const uint64_t ids[] = { 1, 0, 1, 0, 0 };

	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(place->answers[from + i].key.number, i + 1);
		assert_int_equal(place->answers[from + i].status, statuses[i]);
		assert_int_equal(place->answers[from + i].id, ids[i]);
	}
}

static void open_in_spite_of_a_fault(struct place *place)
{
	struct store_problem problem = { 0 };

	if (place_try_open(place, &problem))
		return;
	assert_int_not_equal(problem.fault, STORE_FAULT_NONE);
	place_open(place);
}

static void make_backup(struct place *place)
{
	char path[128];
	size_t n_backups = place->n_backups;

	snprintf(path, sizeof(path), "%s.backup", place->path);
	assert_true(store_back_up(place->store, path));
	for (int i = 0; i < 1000 && place->n_backups == n_backups; i++)
		place_take(place, 10);
	assert_int_equal(place->n_backups, n_backups + 1);
}

static void check_backup(const struct place *place)
{
	char path[128];

	snprintf(path, sizeof(path), "%s.backup", place->path);
	if (place->backup.fault == STORE_FAULT_NONE)
		assert_int_equal(place_query(path, "SELECT count(*) FROM accounts"), 1);
	else
		assert_int_equal(access(path, F_OK), -1);
}

static void count_row(void *data, const struct store_row *row)
{
	(void) row;
	++*(size_t *) data;
}

/* All that the store does, once. Then everything must be there. Returns whether the call that was
 * to fail has been made. */
static bool run_script(long (*count_made)(void), long failing)
{
	struct place *place = place_new();
	struct store_problem problem = { 0 };
	size_t n_rows = 0;
	bool was_made;

	open_in_spite_of_a_fault(place);
	if (!store_read_all(place->store, count_row, &n_rows, &problem))
		assert_int_not_equal(problem.fault, STORE_FAULT_NONE);
	submit_script(place);
	place_wait(place, 5);
	expect_answers(place, 0);
	make_backup(place);
	place_close(place);
	was_made = count_made() >= failing;
	stop_failing();
	check_backup(place);
	assert_string_equal(place_read(place),
		"accounts 1 v1 1=ana 2=ana 3=+0\naccount_nicks 1 v1 1=a 2=A 3=+0\n"
		"channels 1 v1 1=#a 2=#a 3=+0 4=+1\n");
	submit_script(place);
	place_wait(place, 10);
	expect_answers(place, 5);
	place_free(place);
	return was_made;
}

/* The calls differ a little from run to run: the thread may find the requests in one group or in
 * several. */
static void fail_every_call(bool is_after)
{
	long call = 1;

	do {
		faulty_calls_fail(call, is_after);
	} while (run_script(faulty_calls_made, call++));
	print_message("%ld calls of SQLite\n", call - 2);
	assert_true(call > 130);
}

static void every_call_of_sqlite_may_fail_once(void **state)
{
	(void) state;
	fail_every_call(false);
}

static void every_call_of_sqlite_may_succeed_and_report_a_failure(void **state)
{
	(void) state;
	fail_every_call(true);
}

static void fail_every_call_to_files(int result)
{
	long call = 1;

	do {
		faulty_disk_fail(call, result, false);
	} while (run_script(faulty_disk_calls, call++));
	print_message("%ld calls to files\n", call - 2);
	assert_true(call > 100);
}

static void every_call_to_a_file_may_fail_once(void **state)
{
	(void) state;
	fail_every_call_to_files(SQLITE_IOERR);
}

static void every_call_to_a_file_may_find_the_disk_full_once(void **state)
{
	(void) state;
	fail_every_call_to_files(SQLITE_FULL);
}

/* All requests get an answer, the fault is reported once, and so is its end. */
static void live_through_fault(struct place *place, int result, enum store_fault fault)
{
	place_open(place);
	place_submit_as(place, 1, ROWS(ACCOUNT(0, 1, "ana")));
	place_wait(place, 1);
	faulty_disk_fail(1, result, true);
	for (uint64_t number = 2; number < 5; number++) {
		place_submit_as(place, number, ROWS(ROW(ACCOUNTS, 1, number, "1=bea", "2=bea")));
		assert_int_equal(place_wait(place, number)->status, STORE_STATUS_FAILED);
		assert_int_equal(place->answers[number - 1].fault, fault);
	}
	place_take(place, 10);
	assert_int_equal(place->n_faults, 1);
	assert_int_equal(place->fault.fault, fault);
	faulty_disk_fail(0, SQLITE_OK, false);
	for (int i = 0; i < 300 && place->n_faults < 2; i++)
		place_take(place, 10);
	assert_int_equal(place->n_faults, 2);
	assert_int_equal(place->fault.fault, STORE_FAULT_NONE);
	place_submit_as(place, 2, ROWS(ROW(ACCOUNTS, 1, 2, "1=cat", "2=cat")));
	assert_int_equal(place_wait(place, 5)->status, STORE_STATUS_STORED);
	assert_string_equal(place_read(place), "accounts 1 v2 1=cat 2=cat 3=+0\n");
}

static void a_full_disk_is_reported_once(void **state)
{
	live_through_fault(*state, SQLITE_FULL, STORE_FAULT_FULL);
}

static void a_failing_disk_is_reported_once(void **state)
{
	live_through_fault(*state, SQLITE_IOERR_FSYNC, STORE_FAULT_FAILED);
}

static void a_disk_that_cannot_be_written_is_reported_once(void **state)
{
	live_through_fault(*state, SQLITE_READONLY, STORE_FAULT_READ_ONLY);
}

/* A power loss right after the answer loses nothing. */
static void an_answer_comes_after_the_sync(void **state)
{
	struct place *place = *state;

	place_open(place);
	for (uint64_t version = 1; version < 50; version++) {
		assert_int_equal(
			place_store(place, ROWS(ROW(SERVER_BANS, 0, version, "1=kline", "2=*@x")))
				->status,
			STORE_STATUS_STORED);
		assert_true(faulty_disk_is_synced());
	}
}

/* Storing goes on meanwhile. */
static void a_log_that_cannot_be_moved_is_reported_once(void **state)
{
	CLEANUP(mem_freep) char *big = make_big_text();
	struct place *place = *state;

	place_open(place);
	faulty_calls_fail_checkpoints(2);
	place_store(place, ROWS(ROW(ACCOUNTS, 0, 1, "1=ana", "2=ana", big)));
	for (uint64_t version = 2; version < 300 && place->n_faults < 2; version++) {
		place_store(place, ROWS(ACCOUNT(1, version, "ana")));
		place_take(place, 10);
	}
	assert_int_equal(place->n_faults, 2);
	assert_int_equal(place->fault.fault, STORE_FAULT_NONE);
	assert_true(faulty_calls_checkpoints() >= 3);
	for (size_t i = 0; i < place->n_answers; i++)
		assert_int_equal(place->answers[i].status, STORE_STATUS_STORED);
}

/* A crash must not bring back what a client was told has failed. */
static void what_failed_does_not_come_back(void **state)
{
	struct place *place = *state;
	char copy[128], log[128], log_copy[128];

	place_open(place);
	place_store(place, ROWS(ACCOUNT(0, 1, "ana")));
	faulty_disk_fail(1, SQLITE_IOERR_FSYNC, true);
	place_store(place, ROWS(ACCOUNT(0, 1, "bea")));
	assert_int_equal(place->answers[1].status, STORE_STATUS_FAILED);
	faulty_disk_fail(0, SQLITE_OK, false);
	for (int i = 0; i < 300 && place->n_faults < 2; i++)
		place_take(place, 10);
	assert_int_equal(place->n_faults, 2);
	snprintf(copy, sizeof(copy), "%s.copy", place->path);
	snprintf(log, sizeof(log), "%s-wal", place->path);
	snprintf(log_copy, sizeof(log_copy), "%s.copy-wal", place->path);
	place_copy_file(place->path, copy);
	place_copy_file(log, log_copy);
	place_close(place);
	place->options.path = copy;
	assert_string_equal(place_read(place), "accounts 1 v1 1=ana 2=ana 3=+0\n");
}

/* Fills the place until a request fails, makes room, and goes on. */
static void fill_disk(struct place *place, enum store_fault fault, void (*make_room)(const char *))
{
	char number[32], text[2048];
	size_t n_stored = 0;

	memset(text, 'x', sizeof(text));
	memcpy(text, "64=", 3);
	text[sizeof(text) - 1] = '\0';
	place_open(place);
	while (n_stored < 5000) {
		snprintf(number, sizeof(number), "2=%zu", n_stored);
		if (place_store(place, ROWS(ROW(SERVER_BANS, 0, 1, "1=kline", number, text)))
				->status != STORE_STATUS_STORED)
			break;
		n_stored++;
	}
	assert_in_range(n_stored, 1, 4999);
	place_take(place, 10);
	assert_int_equal(place->answers[n_stored].fault, fault);
	assert_int_equal(place->n_faults, 1);
	place_read(place);
	assert_int_equal(place->n_rows, n_stored);
	make_room(place->directory);
	assert_int_equal(
		place_store(place, ROWS(ROW(SERVER_BANS, 0, 1, "1=kline", number, text)))->status,
		STORE_STATUS_STORED);
	place_read(place);
	assert_int_equal(place->n_rows, n_stored + 1);
}

static void enlarge_file_system(const char *directory)
{
	assert_int_equal(mount("tmpfs", directory, "tmpfs", MS_REMOUNT, "size=4m"), 0);
}

/* Only root may mount; others, and containers, have the next test. */
static void a_full_file_system_loses_nothing(void **state)
{
	struct place *place = *state;

	if (mount("tmpfs", place->directory, "tmpfs", 0, "size=400k") != 0) {
		print_message("no file system can be mounted here\n");
		return;
	}
	fill_disk(place, STORE_FAULT_FULL, enlarge_file_system);
	place_close(place);
	assert_int_equal(umount(place->directory), 0);
}

static void a_file_that_may_not_grow_loses_nothing(void **state)
{
	place_limit_files(300 << 10);
	fill_disk(*state, STORE_FAULT_FAILED, place_raise_limit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(every_call_of_sqlite_may_fail_once),
		TEST(every_call_of_sqlite_may_succeed_and_report_a_failure),
		TEST(every_call_to_a_file_may_fail_once),
		TEST(every_call_to_a_file_may_find_the_disk_full_once),
		TEST(a_full_disk_is_reported_once),
		TEST(a_failing_disk_is_reported_once),
		TEST(a_disk_that_cannot_be_written_is_reported_once),
		TEST(an_answer_comes_after_the_sync),
		TEST(a_log_that_cannot_be_moved_is_reported_once),
		TEST(what_failed_does_not_come_back),
		TEST(a_full_file_system_loses_nothing),
		TEST(a_file_that_may_not_grow_loses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
