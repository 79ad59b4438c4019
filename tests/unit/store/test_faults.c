/* Every call of SQLite, and every call that SQLite makes to its files, fails once; and disks that
 * fail for a while. Nothing acknowledged is lost, and what can be tried again is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "faulty_disk.h"
#include "place.h"

/* Enough for a checkpoint. */
#define BIG_BYTES (4400 << 10)

/* The calls of SQLite that the linker replaces. Those that free something are always carried out.
 */
static struct {
	atomic_long calls;
	atomic_long failing;
	atomic_long checkpoints;
	long failing_checkpoints; /* the first ones */
	bool is_after;		  /* the call was carried out, but reports a failure */
} calls;

static bool call_fails(void)
{
	return ++calls.calls == calls.failing;
}

static void fail_call(long call, bool is_after)
{
	calls.failing = call;
	calls.is_after = is_after;
	calls.calls = 0;
}

#define WRAP(name, parameters, arguments)                                                          \
	int __real_##name parameters;                                                              \
	int __wrap_##name parameters;                                                              \
	int __wrap_##name parameters                                                               \
	{                                                                                          \
		bool fails = call_fails();                                                         \
		int result = fails && !calls.is_after ? SQLITE_IOERR : __real_##name arguments;    \
                                                                                                   \
		return fails ? SQLITE_IOERR : result;                                              \
	}

/* Those that make something fail before. */
#define WRAP_BEFORE(name, parameters, arguments)                                                   \
	int __real_##name parameters;                                                              \
	int __wrap_##name parameters;                                                              \
	int __wrap_##name parameters                                                               \
	{                                                                                          \
		return call_fails() ? SQLITE_NOMEM : __real_##name arguments;                      \
	}

WRAP(sqlite3_open_v2, (const char *name, sqlite3 **ret, int flags, const char *vfs),
	(name, ret, flags, vfs))
WRAP(sqlite3_exec,
	(sqlite3 * db, const char *sql, int (*callback)(void *, int, char **, char **), void *data,
		char **ret_error),
	(db, sql, callback, data, ret_error))
WRAP(sqlite3_step, (sqlite3_stmt * statement), (statement))
WRAP(sqlite3_bind_int64, (sqlite3_stmt * statement, int at, sqlite3_int64 value),
	(statement, at, value))
WRAP(sqlite3_bind_null, (sqlite3_stmt * statement, int at), (statement, at))
WRAP(sqlite3_bind_text,
	(sqlite3_stmt * statement, int at, const char *text, int length, void (*release)(void *)),
	(statement, at, text, length, release))
WRAP(sqlite3_bind_blob,
	(sqlite3_stmt * statement, int at, const void *bytes, int length, void (*release)(void *)),
	(statement, at, bytes, length, release))
WRAP(sqlite3_extended_result_codes, (sqlite3 * db, int is_on), (db, is_on))
WRAP(sqlite3_busy_timeout, (sqlite3 * db, int ms), (db, ms))
WRAP(sqlite3_backup_step, (sqlite3_backup * backup, int n_pages), (backup, n_pages))
WRAP_BEFORE(sqlite3_prepare_v2,
	(sqlite3 * db, const char *sql, int length, sqlite3_stmt **ret, const char **ret_rest),
	(db, sql, length, ret, ret_rest))
WRAP_BEFORE(sqlite3_prepare_v3,
	(sqlite3 * db, const char *sql, int length, unsigned int flags, sqlite3_stmt **ret,
		const char **ret_rest),
	(db, sql, length, flags, ret, ret_rest))

int __real_sqlite3_backup_finish(sqlite3_backup *backup);
int __wrap_sqlite3_backup_finish(sqlite3_backup *backup);
int __wrap_sqlite3_backup_finish(sqlite3_backup *backup)
{
	int result = __real_sqlite3_backup_finish(backup);

	return call_fails() ? SQLITE_IOERR : result;
}

int __real_sqlite3_wal_checkpoint_v2(
	sqlite3 *db, const char *name, int mode, int *ret_size, int *ret_done);
int __wrap_sqlite3_wal_checkpoint_v2(
	sqlite3 *db, const char *name, int mode, int *ret_size, int *ret_done);
int __wrap_sqlite3_wal_checkpoint_v2(
	sqlite3 *db, const char *name, int mode, int *ret_size, int *ret_done)
{
	calls.checkpoints++;
	return calls.checkpoints <= calls.failing_checkpoints
		       ? SQLITE_IOERR
		       : __real_sqlite3_wal_checkpoint_v2(db, name, mode, ret_size, ret_done);
}

static void stop_failing(void)
{
	calls.checkpoints = 0;
	calls.failing_checkpoints = 0;
	fail_call(0, false);
	faulty_disk_fail(0, SQLITE_OK, false);
}

static int set_up(void **state)
{
	stop_failing();
	faulty_disk_install();
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
static bool run_script(const atomic_long *made, long failing)
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
	was_made = (made ? *made : faulty_disk_calls()) >= failing;
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
		fail_call(call, is_after);
	} while (run_script(&calls.calls, call++));
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
	} while (run_script(NULL, call++));
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
	calls.failing_checkpoints = 2;
	place_store(place, ROWS(ROW(ACCOUNTS, 0, 1, "1=ana", "2=ana", big)));
	for (uint64_t version = 2; version < 300 && place->n_faults < 2; version++) {
		place_store(place, ROWS(ACCOUNT(1, version, "ana")));
		place_take(place, 10);
	}
	assert_int_equal(place->n_faults, 2);
	assert_int_equal(place->fault.fault, STORE_FAULT_NONE);
	assert_true(calls.checkpoints >= 3);
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

static void raise_limit(const char *directory)
{
	struct rlimit limit;

	(void) directory;
	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_FSIZE, &limit);
}

static void a_file_that_may_not_grow_loses_nothing(void **state)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = 300 << 10;
	setrlimit(RLIMIT_FSIZE, &limit);
	fill_disk(*state, STORE_FAULT_FAILED, raise_limit);
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
