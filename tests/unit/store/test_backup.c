/* Copies of a database that is in use. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "place.h"
#include "store/backup.h"
#include "store/database.h"
#include "store/schema.h"

#define N_BIG 300
#define BIG_BYTES 30000

static int set_up(void **state)
{
	struct place *place = place_new();

	place_open(place);
	*state = place;
	return 0;
}

static int tear_down(void **state)
{
	place_free(*state);
	sqlite3_shutdown();
	return 0;
}

/* Nine steps of a copy. */
static void fill(struct place *place)
{
	static char text[BIG_BYTES];
	char mask[32];

	memset(text, 'x', sizeof(text));
	memcpy(text, "64=", 3);
	text[sizeof(text) - 1] = '\0';
	for (int i = 0; i < N_BIG; i++) {
		snprintf(mask, sizeof(mask), "2=*@%d", i);
		place_submit(place, ROWS(ROW(SERVER_BANS, 0, 1, "1=kline", mask, text)));
	}
	place_wait(place, N_BIG);
}

static void wait_for_backup(struct place *place)
{
	for (int i = 0; i < 1000 && !place->n_backups; i++)
		place_take(place, 10);
	assert_int_equal(place->n_backups, 1);
}

static void a_copy_is_complete_and_one_file(void **state)
{
	struct place *place = *state;
	struct stat status;
	char path[128], name[128];

	fill(place);
	snprintf(path, sizeof(path), "%s.backup", place->path);
	assert_true(store_back_up(place->store, path));
	assert_false(store_back_up(place->store, path));
	wait_for_backup(place);
	assert_int_equal(place->backup.fault, STORE_FAULT_NONE);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	for (int i = 0; i < 4; i++) {
		static const char *const endings[] = { ".new", "-wal", "-shm", "-journal" };

		snprintf(name, sizeof(name), "%.100s%s", path, endings[i]);
		assert_int_equal(access(name, F_OK), -1);
	}
	/* A copy can be read where nothing may be written. */
	assert_int_equal(chmod(path, 0400), 0);
	assert_int_equal(place_query(path, "SELECT count(*) FROM server_bans"), N_BIG);
	assert_int_equal(chmod(path, 0600), 0);
	place_close(place);
	place->options.path = path;
	place_read(place);
	assert_int_equal(place->n_rows, N_BIG);
	assert_int_equal(
		place_store(place, ROWS(ACCOUNT(0, 1, "bea")))->status, STORE_STATUS_STORED);
}

static void a_copy_contains_what_was_stored_meanwhile(void **state)
{
	struct place *place = *state;
	struct store_problem problem;
	struct backup *backup;
	sqlite3 *handle;
	char path[128];
	int result;

	fill(place);
	place_close(place);
	snprintf(path, sizeof(path), "%s.backup", place->path);
	assert_true(database_open(place->path,
		&(struct database_options){ .schema = &schema_of_accounts }, &handle, &problem));
	assert_true(backup_new(handle, path, &backup, &problem));
	for (int i = 0; i < 4; i++) {
		assert_int_equal(backup_step(backup, &problem), SQLITE_OK);
		assert_int_equal(sqlite3_exec(handle,
					 "UPDATE server_bans SET version = version + 1;"
					 "UPDATE about SET probes = probes + 1",
					 NULL, NULL, NULL),
			SQLITE_OK);
	}
	do {
		result = backup_step(backup, &problem);
	} while (result == SQLITE_OK);
	assert_int_equal(result, SQLITE_DONE);
	backup_free(backup);
	assert_int_equal(sqlite3_close(handle), SQLITE_OK);
	assert_int_equal(place_query(path, "SELECT probes FROM about"), 4);
	assert_int_equal(place_query(path, "SELECT min(version) FROM server_bans"), 5);
	place->options.path = path;
	place_read(place);
	assert_int_equal(place->n_rows, N_BIG);
}

static void a_copy_replaces_the_one_before(void **state)
{
	struct place *place = *state;
	char path[128];

	snprintf(path, sizeof(path), "%s.backup", place->path);
	assert_true(store_back_up(place->store, path));
	wait_for_backup(place);
	place_store(place, ROWS(ACCOUNT(0, 1, "ana")));
	place->n_backups = 0;
	assert_true(store_back_up(place->store, path));
	wait_for_backup(place);
	assert_int_equal(place_query(path, "SELECT count(*) FROM accounts"), 1);
}

static void a_copy_that_cannot_be_made_is_reported(void **state)
{
	struct place *place = *state;

	assert_true(store_back_up(place->store, "/nonexistent/backup"));
	wait_for_backup(place);
	assert_int_equal(place->backup.fault, STORE_FAULT_FAILED);
	assert_non_null(strstr(place->backup.text, "/nonexistent/backup.new"));
	assert_int_equal(place->n_faults, 0);
	assert_int_equal(
		place_store(place, ROWS(ACCOUNT(0, 1, "ana")))->status, STORE_STATUS_STORED);
}

static void a_stop_abandons_the_copy(void **state)
{
	struct place *place = *state;
	char path[128], new_path[140];

	fill(place);
	snprintf(path, sizeof(path), "%s.backup", place->path);
	snprintf(new_path, sizeof(new_path), "%s.new", path);
	assert_true(store_back_up(place->store, path));
	store_stop(place->store);
	store_take_news(place->store);
	assert_int_equal(place->n_backups, 1);
	assert_int_equal(place->backup.fault, STORE_FAULT_FAILED);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(access(new_path, F_OK), -1);
}

static void make_file(const char *path)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	fclose(file);
}

static void what_a_crash_leaves_is_removed(void **state)
{
	static const char *const endings[] = { "", ".new", ".new-wal", ".new-journal" };
	struct place *place = *state;
	char path[128], name[140];

	snprintf(path, sizeof(path), "%s.backup", place->path);
	for (int i = 0; i < 4; i++) {
		snprintf(name, sizeof(name), "%s%s", path, endings[i]);
		make_file(name);
	}
	store_remove_backup(path);
	for (int i = 0; i < 4; i++) {
		snprintf(name, sizeof(name), "%s%s", path, endings[i]);
		assert_int_equal(access(name, F_OK), -1);
	}
	store_remove_backup(path); /* and nothing is fine, too */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(a_copy_is_complete_and_one_file),
		TEST(a_copy_contains_what_was_stored_meanwhile),
		TEST(a_copy_replaces_the_one_before),
		TEST(a_copy_that_cannot_be_made_is_reported),
		TEST(a_stop_abandons_the_copy),
		TEST(what_a_crash_leaves_is_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
