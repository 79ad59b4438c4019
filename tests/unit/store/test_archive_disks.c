/* Disks that fail for a while beneath a history, and files that cannot be used. Nothing is lost,
 * and each fault is reported once, and so is its end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sqlite3.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "faulty_calls.h"
#include "faulty_desk.h"
#include "faulty_disk.h"
#include "place.h"
#include "store/database.h"

/* What was said meanwhile is written when the fault ends; the fault is reported once, and so is its
 * end. */
static void live_through_fault(struct desk *desk, int result, enum store_fault fault)
{
	desk_open(desk);
	desk_say(desk, 1);
	desk_wait_until_written(desk);
	faulty_disk_fail(1, result, true);
	for (uint64_t id = 2; id < 30; id++) {
		desk_say(desk, id);
		archive_flush(desk->archive);
		desk_take(desk, 1);
	}
	desk_wait_for_faults(desk, 1);
	assert_int_equal(desk->fault.fault, fault);
	for (uint64_t id = 30; id < 60; id++) {
		desk_say(desk, id);
		archive_flush(desk->archive);
		desk_take(desk, 1);
	}
	assert_int_equal(desk->n_faults, 1);
	assert_true(archive_pending_bytes(desk->archive));
	faulty_disk_fail(0, SQLITE_OK, false);
	desk_wait_for_faults(desk, 2);
	assert_int_equal(desk->fault.fault, STORE_FAULT_NONE);
	desk_wait_until_written(desk);
	desk_ask(desk, 1, NULL);
	desk_wait_for_answers(desk, 1);
	assert_int_equal(desk->n_rows, 59);
	assert_int_equal(desk->n_faults, 2);
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

/* Its end was not noticed yet. */
static void a_stop_tries_once_more(void **state)
{
	struct desk *desk = *state;

	desk_open(desk);
	desk_say(desk, 1);
	desk_wait_until_written(desk);
	faulty_disk_fail(1, SQLITE_FULL, true);
	desk_say(desk, 2);
	archive_flush(desk->archive);
	desk_wait_for_faults(desk, 1);
	desk_say(desk, 3);
	archive_flush(desk->archive);
	faulty_disk_fail(0, SQLITE_OK, false);
	archive_stop(desk->archive);
	assert_int_equal(archive_pending_bytes(desk->archive), 0);
}

/* It does not wait, either. */
static void a_stop_within_a_fault_leaves_what_was_not_written(void **state)
{
	struct desk *desk = *state;

	desk_open(desk);
	desk_say(desk, 1);
	desk_wait_until_written(desk);
	faulty_disk_fail(1, SQLITE_FULL, true);
	for (uint64_t id = 2; id < 10; id++) {
		desk_say(desk, id);
		archive_flush(desk->archive);
	}
	desk_close(desk);
	assert_true(desk->left.length);
	faulty_desk_stop_failing();
	desk_open(desk);
	desk_wait_until_written(desk);
	desk_ask(desk, 1, NULL);
	desk_wait_for_answers(desk, 1);
	assert_int_equal(desk->n_rows, 9);
}

static void a_log_that_cannot_be_moved_is_reported_once(void **state)
{
	CLEANUP(mem_freep) char *text = mem_space(1 << 20);
	struct desk *desk = *state;

	memset(text, 'x', 1 << 20);
	desk_open(desk);
	faulty_calls_fail_checkpoints(4);
	for (uint64_t id = 1; id <= 6; id++)
		desk_add(desk, &(struct history_request){ .kind = HISTORY_REQUEST_ADD,
				       .row = { .id = id,
					       .target = 7,
					       .verb = HISTORY_VERB_PRIVMSG,
					       .source = piece_of("ana!a@b"),
					       .text = { text, 1 << 20 } } });
	desk_wait_until_written(desk); /* storing goes on meanwhile */
	desk_wait_for_faults(desk, 2);
	assert_int_equal(desk->fault.fault, STORE_FAULT_NONE);
	assert_true(faulty_calls_checkpoints() >= 5);
}

/* The writer still works. */
static void a_reader_that_fails_is_reported_once(void **state)
{
	struct desk *desk = *state;

	desk_open(desk);
	desk_say(desk, 1);
	desk_wait_until_written(desk);
	faulty_desk_fail_reader(true);
	for (uint64_t i = 1; i < 5; i++) {
		desk_ask(desk, i, NULL);
		desk_wait_for_answers(desk, i);
	}
	assert_int_equal(desk->n_refused, 4);
	desk_wait_for_faults(desk, 1);
	assert_int_equal(desk->fault.fault, STORE_FAULT_FAILED);
	faulty_desk_fail_reader(false);
	desk_ask(desk, 5, NULL);
	desk_wait_for_answers(desk, 5);
	assert_int_equal(desk->n_rows, 1);
	desk_wait_for_faults(desk, 2);
	assert_int_equal(desk->fault.fault, STORE_FAULT_NONE);
}

/* Another program that has the file open. */
static sqlite3 *open_elsewhere(const struct desk *desk, const char *sql)
{
	sqlite3 *handle;

	assert_int_equal(sqlite3_open(desk->path, &handle), SQLITE_OK);
	assert_int_equal(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK);
	return handle;
}

static void a_locked_file_is_written_once_it_is_free(void **state)
{
	struct desk *desk = *state;
	sqlite3 *other;

	faulty_calls_wait_at_most(1);
	desk_open(desk);
	desk_say(desk, 1);
	desk_wait_until_written(desk);
	other = open_elsewhere(desk, "BEGIN IMMEDIATE");
	desk_say(desk, 2);
	archive_flush(desk->archive);
	desk_wait_for_faults(desk, 1);
	assert_int_equal(desk->fault.fault, STORE_FAULT_LOCKED);
	assert_int_equal(sqlite3_close(other), SQLITE_OK);
	desk_wait_for_faults(desk, 2);
	desk_wait_until_written(desk);
	desk_ask(desk, 1, NULL);
	desk_wait_for_answers(desk, 1);
	assert_int_equal(desk->n_rows, 2);
}

static bool has_word(const struct desk *desk, const char *word)
{
	struct vault vault;

	memcpy(vault.path, desk->path, sizeof(vault.path));
	return vault_file_has(&vault, word);
}

/* The log has the removed words as long as another program reads there, which is no fault. */
static void the_log_is_emptied_once_no_one_reads_it(void **state)
{
	struct desk *desk = *state;
	sqlite3 *other;

	desk_open(desk);
	faulty_desk_say(desk, 7, 1, 1);
	faulty_desk_say(desk, 7, 2, 1);
	desk_wait_until_written(desk);
	other = open_elsewhere(desk, "BEGIN; SELECT * FROM messages");
	faulty_calls_fail_checkpoints(0);
	faulty_desk_change(
		desk, HISTORY_REQUEST_REMOVE, (struct history_row){ .id = 1, .target = 7 }, 0);
	archive_flush(desk->archive);
	for (int i = 0; i < 2000 && faulty_calls_checkpoints() < 3; i++)
		desk_take(desk, 1);
	assert_true(faulty_calls_checkpoints() >= 3);
	assert_false(faulty_desk_is_tidy());
	assert_true(has_word(desk, "word1"));
	desk_say(desk, 3);
	desk_wait_until_written(desk);
	assert_int_equal(sqlite3_close(other), SQLITE_OK);
	faulty_desk_wait_until_tidy();
	assert_false(has_word(desk, "word1"));
	assert_true(has_word(desk, "word2"));
	assert_int_equal(desk->n_faults, 0);
}

static void write_foreign_file(const struct desk *desk)
{
	static const char text[] = "This is not a database, but a long text that somebody has put "
				   "here, longer than the header of a database, of 100 bytes.....";

	place_write_file(desk->path, text, sizeof(text));
}

static void a_foreign_file_stays_as_it_is(void **state)
{
	struct desk *desk = *state;
	struct store_problem problem;
	struct buffer bytes;

	write_foreign_file(desk);
	assert_false(desk_try_open(desk, &problem));
	assert_int_equal(problem.fault, STORE_FAULT_FOREIGN);
	bytes = place_read_file(desk->path);
	assert_memory_equal(bytes.bytes, "This is not a database", 22);
	buffer_done(&bytes);
	assert_int_equal(unlink(desk->path), 0);
	desk_open(desk);
}

/* The accounts, for example, if somebody has confused the files. */
static void the_database_of_accounts_is_foreign(void **state)
{
	struct desk *desk = *state;
	struct store_problem problem;
	sqlite3 *handle;
	const struct database_options options = { .schema = &schema_of_accounts };

	faulty_disk_remove();
	assert_true(database_open(desk->path, &options, &handle, &problem));
	assert_int_equal(sqlite3_close(handle), SQLITE_OK);
	faulty_disk_install(true);
	assert_false(desk_try_open(desk, &problem));
	assert_int_equal(problem.fault, STORE_FAULT_FOREIGN);
}

static void damage_pages(const struct desk *desk, size_t first, size_t end)
{
	struct buffer bytes = place_read_file(desk->path);

	assert_true(bytes.length >= end * 4096);
	for (size_t page = first; page < end; page++)
		memset(bytes.bytes + page * 4096, 'Z', 300);
	place_write_file(desk->path, bytes.bytes, bytes.length);
	buffer_done(&bytes);
}

static void fill_file(struct desk *desk, uint64_t n)
{
	desk_open(desk);
	for (uint64_t id = 1; id <= n; id++)
		desk_say(desk, id);
	desk_wait_until_written(desk);
	desk_close(desk);
}

static void a_file_without_its_tables_is_refused(void **state)
{
	struct desk *desk = *state;
	struct store_problem problem;

	fill_file(desk, 2000);
	damage_pages(desk, 1, 10);
	assert_false(desk_try_open(desk, &problem));
	assert_int_equal(problem.fault, STORE_FAULT_DAMAGED);
	assert_int_equal(unlink(desk->path), 0);
	desk_open(desk);
}

/* Nothing more is written there; what was said meanwhile goes into the next file. */
static void a_damaged_file_is_reported_once_and_may_be_replaced(void **state)
{
	struct desk *desk = *state;

	fill_file(desk, 2000);
	damage_pages(desk, 20, 24);
	desk_open(desk);
	faulty_desk_change(desk, HISTORY_REQUEST_ERASE, (struct history_row){ .target = 7 }, 0);
	archive_flush(desk->archive);
	desk_wait_for_faults(desk, 1);
	assert_int_equal(desk->fault.fault, STORE_FAULT_DAMAGED);
	for (uint64_t id = 2001; id < 2010; id++) {
		desk_say(desk, id);
		desk_ask(desk, id, NULL);
	}
	desk_wait_for_answers(desk, 9);
	assert_int_equal(desk->n_faults, 1);
	desk_close(desk);
	assert_true(desk->left.length);
	assert_int_equal(unlink(desk->path), 0);
	desk_open(desk);
	assert_int_equal(archive_last_id(desk->archive), 0);
	desk_wait_until_written(desk);
	desk_ask(desk, 1, NULL);
	desk_wait_for_answers(desk, 10);
	assert_int_equal(desk->n_rows, 9);
}

/* Fills the place until writing fails, makes room, and goes on. */
static void fill_disk(struct desk *desk, enum store_fault fault, void (*make_room)(const char *))
{
	char text[2048];
	uint64_t id = 0;
	struct vault *vault;

	memset(text, 'x', sizeof(text));
	desk_open(desk);
	while (!desk->n_faults && id < 20000) {
		desk_add(desk, &(struct history_request){ .kind = HISTORY_REQUEST_ADD,
				       .row = { .id = ++id,
					       .target = 7,
					       .verb = HISTORY_VERB_PRIVMSG,
					       .source = piece_of("ana!a@b"),
					       .text = { text, sizeof(text) } } });
		archive_flush(desk->archive);
		desk_take(desk, id % 16 ? 0 : 1);
	}
	assert_int_equal(desk->n_faults, 1);
	assert_int_equal(desk->fault.fault, fault);
	make_room(desk->directory);
	desk_wait_for_faults(desk, 2);
	desk_wait_until_written(desk);
	desk_close(desk);
	vault = faulty_desk_open_vault(desk);
	assert_int_equal(vault_count(vault, "SELECT count(*) FROM messages"), id);
	assert_int_equal(vault_count(vault, "SELECT max(id) FROM messages"), id);
	faulty_desk_check(vault);
	faulty_desk_close_vault(vault);
}

static void enlarge_file_system(const char *directory)
{
	assert_int_equal(mount("tmpfs", directory, "tmpfs", MS_REMOUNT, "size=64m"), 0);
}

/* Only root may mount; others, and containers, have the next test. */
static void a_full_file_system_loses_nothing(void **state)
{
	struct desk *desk = *state;

	if (mount("tmpfs", desk->directory, "tmpfs", 0, "size=1m") != 0) {
		print_message("no file system can be mounted here\n");
		return;
	}
	fill_disk(desk, STORE_FAULT_FULL, enlarge_file_system);
	assert_int_equal(umount(desk->directory), 0);
}

static void a_file_that_may_not_grow_loses_nothing(void **state)
{
	place_limit_files(500 << 10);
	fill_disk(*state, STORE_FAULT_FAILED, place_raise_limit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, faulty_desk_set_up, faulty_desk_tear_down)
		TEST(a_full_disk_is_reported_once),
		TEST(a_failing_disk_is_reported_once),
		TEST(a_disk_that_cannot_be_written_is_reported_once),
		TEST(a_stop_tries_once_more),
		TEST(a_stop_within_a_fault_leaves_what_was_not_written),
		TEST(a_log_that_cannot_be_moved_is_reported_once),
		TEST(a_reader_that_fails_is_reported_once),
		TEST(a_locked_file_is_written_once_it_is_free),
		TEST(the_log_is_emptied_once_no_one_reads_it),
		TEST(a_foreign_file_stays_as_it_is),
		TEST(the_database_of_accounts_is_foreign),
		TEST(a_file_without_its_tables_is_refused),
		TEST(a_damaged_file_is_reported_once_and_may_be_replaced),
		TEST(a_full_file_system_loses_nothing),
		TEST(a_file_that_may_not_grow_loses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
