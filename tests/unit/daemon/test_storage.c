/* The database and the world, with the real store. The commands are the tests' own: they make
 * changes directly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/stat.h>

#include "storage_fixture.h"

static void new_database_works_at_once(void **state)
{
	struct fixture *fixture = *state;
	struct stat status;

	storage_begin(fixture->storage);
	assert_int_equal(world_of(fixture)->storage, STORAGE_WORKS);
	assert_int_equal(count_accounts(fixture), 0);
	expect_text(&fixture->entries, "storage-opened ");
	assert_int_equal(stat(fixture->path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	assert_int_equal(storage_next_deadline(fixture->storage), UINT64_MAX);
}

static void rows_reach_the_world_in_batches(void **state)
{
	struct fixture *fixture = *state;

	storage_begin(fixture->storage);
	storage_close(fixture->storage);
	add_accounts(fixture, 5000);
	begin_after_cold_start(fixture);
	assert_int_equal(count_accounts(fixture), 5000);
	assert_non_null(account_find(world_of(fixture), "USER4711"));
	assert_int_equal(world_of(fixture)->last_version, 5);
	assert_true(fixture->most_bytes < 70000);
	expect_text(&fixture->states, "0 3 0 1 1 1 1 3 ");
}

static void change_is_stored_before_it_takes_effect(void **state)
{
	struct fixture *fixture = *state;

	storage_begin(fixture->storage);
	submit_account(fixture, "ana");
	assert_null(account_find(world_of(fixture), "ana"));
	turn_until_answered(fixture);
	expect_text(&fixture->stored, "1:0 ");
	assert_int_equal(account_find(world_of(fixture), "ana")->id, 1);
	begin_after_cold_start(fixture);
	assert_int_equal(account_find(world_of(fixture), "ana")->id, 1);
}

static void refused_change_has_no_effect(void **state)
{
	struct fixture *fixture = *state;

	storage_begin(fixture->storage);
	submit_account(fixture, "ana");
	submit_account(fixture, "ana");
	turn_until_answered(fixture);
	expect_text(&fixture->stored, "1:0 2:1 ");
	assert_int_equal(count_accounts(fixture), 1);
}

/* The crash was after the commit: the change is not done twice. */
static void change_of_the_previous_process_is_answered_once(void **state)
{
	struct fixture *fixture = *state;

	storage_begin(fixture->storage);
	submit_account(fixture, "ana");
	buffer_clear(&fixture->states);
	begin_next_process(fixture);
	turn_until_answered(fixture);
	expect_text(&fixture->stored, "1:0 ");
	expect_text(&fixture->states, "");
	expect_text(&fixture->entries, "storage-opened storage-opened ");
	assert_int_equal(account_find(world_of(fixture), "ana")->id, 1);
	begin_next_process(fixture);
	expect_text(&fixture->states, "");
	expect_text(&fixture->stored, "");
}

/* Whatever follows from it in the world, the file has one change more. */
static void changes_of_every_kind_leave_a_known_file(void **state)
{
	struct fixture *fixture = *state;
	char name[16];

	storage_begin(fixture->storage);
	for (uint32_t kind = 0; kind < CHANGE_KINDS; kind++) {
		snprintf(name, sizeof(name), "user%u", kind);
		changes_find(world_of(fixture), ask_for_account(fixture, name))->kind = kind;
		storage_submit(fixture->storage);
		turn_until_answered(fixture);
	}
	buffer_clear(&fixture->states);
	begin_next_process(fixture);
	expect_text(&fixture->states, "");
}

/* The crash was before the submission. */
static void change_that_was_never_submitted_is_stored(void **state)
{
	struct fixture *fixture = *state;

	storage_begin(fixture->storage);
	(void) ask_for_account(fixture, "ana");
	begin_next_process(fixture);
	turn_until_answered(fixture);
	expect_text(&fixture->stored, "1:0 ");
	assert_non_null(account_find(world_of(fixture), "ana"));
}

/* A release that knew no rows has saved the world in between. */
static void rows_are_read_again_while_a_change_waits(void **state)
{
	struct fixture *fixture = *state;

	storage_begin(fixture->storage);
	submit_account(fixture, "ana");
	storage_free(TAKE(fixture->storage));
	world_of(fixture)->storage = STORAGE_NONE;
	begin_next_process(fixture);
	turn_until_answered(fixture);
	expect_text(&fixture->stored, "1:0 ");
	expect_text(&fixture->states, "0 3 0 3 ");
	assert_int_equal(count_accounts(fixture), 1);
	begin_next_process(fixture);
	expect_text(&fixture->states, "");
}

static void more_changes_than_fit_wait(void **state)
{
	struct fixture *fixture = *state;
	char name[16];

	storage_begin(fixture->storage);
	for (int i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "user%d", i);
		(void) ask_for_account(fixture, name);
	}
	storage_submit(fixture->storage);
	turn_until_answered(fixture);
	assert_int_equal(count_accounts(fixture), 5000);
	assert_memory_equal(buffer_text(&fixture->stored), "1:0 2:0 3:0 ", 12);
}

static void handover_takes_all_answers_first(void **state)
{
	struct fixture *fixture = *state;

	storage_begin(fixture->storage);
	submit_account(fixture, "ana");
	submit_account(fixture, "bea");
	storage_close(fixture->storage);
	expect_text(&fixture->stored, "1:0 2:0 ");
	submit_account(fixture, "cid");
	expect_text(&fixture->stored, "3:3 ");
	(void) ask_for_account(fixture, "dan");
	storage_begin(fixture->storage);
	turn_until_answered(fixture);
	expect_text(&fixture->stored, "4:0 ");
	assert_int_equal(count_accounts(fixture), 3);
}

static void without_a_state_directory_there_are_no_accounts(void **state)
{
	struct fixture *fixture = *state;

	unsetenv("STATE_DIRECTORY");
	begin_next_process(fixture);
	expect_text(&fixture->entries, "storage-missing ");
	assert_int_equal(world_of(fixture)->storage, STORAGE_NONE);
	submit_account(fixture, "ana");
	expect_text(&fixture->stored, "1:3 ");
}

static void without_the_state_directory_of_before_changes_fail(void **state)
{
	struct fixture *fixture = *state;

	storage_begin(fixture->storage);
	submit_account(fixture, "ana");
	turn_until_answered(fixture);
	(void) ask_for_account(fixture, "bea");
	unsetenv("STATE_DIRECTORY");
	begin_next_process(fixture);
	expect_text(&fixture->stored, "1:0 2:3 ");
	assert_int_equal(world_of(fixture)->storage, STORAGE_FAILING);
	assert_non_null(account_find(world_of(fixture), "ana"));
}

/* Somebody was told that it failed, but it is there: the world must know it. */
static void failed_change_that_is_in_the_file_is_found(void **state)
{
	struct fixture *fixture = *state;

	storage_begin(fixture->storage);
	submit_account(fixture, "ana");
	storage_free(TAKE(fixture->storage));
	run_sql(fixture, "PRAGMA application_id = 5");
	begin_next_process(fixture);
	expect_text(&fixture->stored, "1:3 ");
	run_sql(fixture, "PRAGMA application_id = 0x70617064");
	buffer_clear(&fixture->entries);
	retry(fixture);
	expect_text(&fixture->entries, "storage-replaced storage-opened storage-works ");
	assert_non_null(account_find(world_of(fixture), "ana"));
	begin_next_process(fixture);
	expect_text(&fixture->entries, "storage-opened ");
}

static void copy_database(const struct fixture *fixture, bool is_back)
{
	char command[200];

	if (is_back)
		snprintf(command, sizeof(command), "mv %s.backup %s", fixture->path, fixture->path);
	else
		snprintf(command, sizeof(command), "cp %s %s.backup", fixture->path, fixture->path);
	assert_int_equal(system(command), 0);
}

static void older_backup_replaces_what_the_world_knows(void **state)
{
	struct fixture *fixture = *state;

	storage_begin(fixture->storage);
	submit_account(fixture, "ana");
	storage_close(fixture->storage);
	copy_database(fixture, false);
	storage_begin(fixture->storage);
	submit_account(fixture, "bea");
	turn_until_answered(fixture);
	storage_close(fixture->storage);
	copy_database(fixture, true);
	buffer_clear(&fixture->entries);
	buffer_clear(&fixture->stored);
	(void) ask_for_account(fixture, "cid");
	begin_next_process(fixture);
	expect_text(&fixture->entries, "storage-replaced storage-opened ");
	expect_text(&fixture->stored, "3:3 ");
	assert_int_equal(count_accounts(fixture), 1);
	assert_null(account_find(world_of(fixture), "bea"));
	submit_account(fixture, "dan");
	turn_until_answered(fixture);
	expect_text(&fixture->stored, "4:0 ");
	begin_next_process(fixture);
	expect_text(&fixture->entries, "storage-opened ");
	assert_int_equal(count_accounts(fixture), 2);
}

/* It has had as many changes as the other one. */
static void another_database_replaces_what_the_world_knows(void **state)
{
	struct fixture *fixture = *state;

	storage_begin(fixture->storage);
	submit_account(fixture, "ana");
	turn_until_answered(fixture);
	storage_close(fixture->storage);
	remove_file(fixture, "");
	begin_next_process(fixture);
	expect_text(&fixture->entries, "storage-opened storage-replaced storage-opened ");
	assert_int_equal(count_accounts(fixture), 0);
	submit_account(fixture, "bea");
	turn_until_answered(fixture);
	assert_int_equal(account_find(world_of(fixture), "bea")->id, 1);
}

static void backup_without_later_changes_is_the_same(void **state)
{
	struct fixture *fixture = *state;

	storage_begin(fixture->storage);
	submit_account(fixture, "ana");
	storage_close(fixture->storage);
	copy_database(fixture, false);
	copy_database(fixture, true);
	buffer_clear(&fixture->entries);
	begin_next_process(fixture);
	expect_text(&fixture->entries, "storage-opened ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(new_database_works_at_once),
		TEST(rows_reach_the_world_in_batches),
		TEST(change_is_stored_before_it_takes_effect),
		TEST(refused_change_has_no_effect),
		TEST(change_of_the_previous_process_is_answered_once),
		TEST(changes_of_every_kind_leave_a_known_file),
		TEST(change_that_was_never_submitted_is_stored),
		TEST(rows_are_read_again_while_a_change_waits),
		TEST(more_changes_than_fit_wait),
		TEST(handover_takes_all_answers_first),
		TEST(without_a_state_directory_there_are_no_accounts),
		TEST(without_the_state_directory_of_before_changes_fail),
		TEST(failed_change_that_is_in_the_file_is_found),
		TEST(older_backup_replaces_what_the_world_knows),
		TEST(another_database_replaces_what_the_world_knows),
		TEST(backup_without_later_changes_is_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
