/* Databases that cannot be used, at first or from some time on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <pthread.h>

#include "../store/faulty_disk.h"

#include "storage_fixture.h"

static bool lacks_threads;

int __real_thread_start(pthread_t *ret_thread, void *(*run)(void *data), void *data);
int __wrap_thread_start(pthread_t *ret_thread, void *(*run)(void *data), void *data);
int __wrap_thread_start(pthread_t *ret_thread, void *(*run)(void *data), void *data)
{
	return lacks_threads ? -EAGAIN : __real_thread_start(ret_thread, run, data);
}

static void change_is_refused_without_a_writer(void **state)
{
	struct fixture *fixture = *state;

	storage_begin(fixture->storage);
	lacks_threads = true;
	submit_account(fixture, "ana");
	lacks_threads = false;
	expect_text(&fixture->stored, "1:3 ");
	expect_text(&fixture->entries, "storage-opened storage-failed ");
	expect_text(&fixture->states, "0 3 2 ");
	submit_account(fixture, "ana");
	expect_text(&fixture->stored, "2:3 ");
	retry(fixture);
	expect_text(&fixture->entries, "storage-opened storage-works ");
	submit_account(fixture, "ana");
	turn_until_answered(fixture);
	expect_text(&fixture->stored, "3:0 ");
}

static void write_text(const struct fixture *fixture, const char *text)
{
	FILE *file = fopen(fixture->path, "we");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void foreign_file_is_used_once_it_is_gone(void **state)
{
	struct fixture *fixture = *state;

	write_text(fixture, "This is not a database, but a long text that somebody has put here. "
			    "It is longer than the header of a database, which has 100 bytes.");
	storage_begin(fixture->storage);
	expect_text(&fixture->entries, "storage-failed ");
	assert_int_equal(world_of(fixture)->storage, STORAGE_NONE);
	submit_account(fixture, "ana");
	expect_text(&fixture->stored, "1:3 ");
	storage_tick(fixture->storage);
	retry(fixture);
	expect_text(&fixture->entries, "");
	remove_file(fixture, "");
	retry(fixture);
	expect_text(&fixture->entries, "storage-opened storage-works ");
	expect_text(&fixture->states, "0 3 ");
	submit_account(fixture, "ana");
	turn_until_answered(fixture);
	expect_text(&fixture->stored, "2:0 ");
}

static void locked_file_is_used_once_it_is_free(void **state)
{
	struct fixture *fixture = *state;
	sqlite3 *handle;

	storage_begin(fixture->storage);
	submit_account(fixture, "ana");
	turn_until_answered(fixture);
	storage_close(fixture->storage);
	assert_int_equal(sqlite3_open(fixture->path, &handle), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(handle, "PRAGMA locking_mode = EXCLUSIVE; UPDATE about SET probes = 1",
			NULL, NULL, NULL),
		SQLITE_OK);
	(void) ask_for_account(fixture, "bea");
	begin_next_process(fixture);
	expect_text(&fixture->entries, "storage-opened storage-failed ");
	expect_text(&fixture->states, "0 3 2 ");
	expect_text(&fixture->stored, "1:0 2:3 ");
	assert_non_null(account_find(world_of(fixture), "ana"));
	assert_int_equal(sqlite3_close(handle), SQLITE_OK);
	retry(fixture);
	expect_text(&fixture->entries, "storage-opened storage-works ");
	expect_text(&fixture->states, "3 ");
	submit_account(fixture, "bea");
	turn_until_answered(fixture);
	expect_text(&fixture->stored, "3:0 ");
}

static void damage_bytes(const struct fixture *fixture, long at)
{
	FILE *file = fopen(fixture->path, "r+e");

	assert_non_null(file);
	assert_int_equal(fseek(file, at, SEEK_SET), 0);
	for (int i = 0; i < 300; i++)
		fputc('Z', file);
	assert_int_equal(fclose(file), 0);
}

static void damaged_file_is_used_once_it_is_replaced(void **state)
{
	struct fixture *fixture = *state;

	storage_begin(fixture->storage);
	storage_close(fixture->storage);
	add_accounts(fixture, 2000);
	for (long page = 20; page < 30; page++)
		damage_bytes(fixture, page * 4096);
	begin_after_cold_start(fixture);
	expect_text(&fixture->entries, "storage-opened storage-failed ");
	assert_int_equal(count_accounts(fixture), 0);
	remove_file(fixture, "");
	remove_file(fixture, "-wal");
	retry(fixture);
	expect_text(&fixture->entries, "storage-opened storage-works ");
	assert_int_equal(world_of(fixture)->storage, STORAGE_WORKS);
}

static void failing_disk_is_reported_once_and_works_again(void **state)
{
	struct fixture *fixture = *state;

	faulty_disk_install(false);
	storage_begin(fixture->storage);
	submit_account(fixture, "ana");
	turn_until_answered(fixture);
	faulty_disk_fail(1, SQLITE_FULL, true);
	submit_account(fixture, "bea");
	turn_until_answered(fixture);
	turn_until_storage_is(fixture, STORAGE_FAILING);
	submit_account(fixture, "cid");
	turn_until_answered(fixture);
	expect_text(&fixture->stored, "1:0 2:3 3:3 ");
	expect_text(&fixture->entries, "storage-opened storage-failed ");
	assert_int_equal(count_accounts(fixture), 1);
	faulty_disk_fail(0, 0, false);
	turn_until_storage_is(fixture, STORAGE_WORKS);
	expect_text(&fixture->entries, "storage-works ");
	submit_account(fixture, "bea");
	turn_until_answered(fixture);
	expect_text(&fixture->stored, "4:0 ");
	storage_free(TAKE(fixture->storage));
	faulty_disk_remove();
	buffer_clear(&fixture->states);
	begin_next_process(fixture);
	expect_text(&fixture->states, "");
	assert_int_equal(count_accounts(fixture), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(change_is_refused_without_a_writer),
		TEST(foreign_file_is_used_once_it_is_gone),
		TEST(locked_file_is_used_once_it_is_free),
		TEST(damaged_file_is_used_once_it_is_replaced),
		TEST(failing_disk_is_reported_once_and_works_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
