/* Which files are used, which are refused, and that those stay as they are. */
#include <limits.h>
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
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "place.h"
#include "store/schema.h"

static int set_up(void **state)
{
	*state = place_new();
	return 0;
}

static int tear_down(void **state)
{
	place_free(*state);
	sqlite3_shutdown();
	return 0;
}

static void path_beside(const struct place *place, const char *ending, char path[128])
{
	snprintf(path, 128, "%s%s", place->path, ending);
}

static void expect_same_bytes(const struct buffer *bytes, const char *path)
{
	struct buffer now = place_read_file(path);

	assert_int_equal(now.length, bytes->length);
	assert_memory_equal(buffer_text(&now), buffer_text(bytes), bytes->length);
	buffer_done(&now);
}

/* The file and its log are the same afterwards. */
static void expect_refusal(struct place *place, enum store_fault fault, const char *words)
{
	struct store_problem problem;
	const char *path = place->options.path;
	struct buffer before = place_read_file(path), log_before;
	char log[140];

	snprintf(log, sizeof(log), "%s-wal", path);
	log_before = place_read_file(log);
	assert_false(place_try_open(place, &problem));
	assert_int_equal(problem.fault, fault);
	if (!strstr(problem.text, words))
		fail_msg("\"%s\" does not say \"%s\"", problem.text, words);
	expect_same_bytes(&before, path);
	expect_same_bytes(&log_before, log);
	buffer_done(&before);
	buffer_done(&log_before);
}

static void a_new_file_is_only_for_its_owner(void **state)
{
	struct place *place = *state;
	struct stat status;
	char log[128];

	place_open(place);
	place_store(place, ROWS(ACCOUNT(0, 1, "ana")));
	assert_int_equal(stat(place->path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	path_beside(place, "-wal", log);
	assert_int_equal(stat(log, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	path_beside(place, "-shm", log);
	assert_int_equal(stat(log, &status), -1);
}

static void a_new_file_has_its_marks(void **state)
{
	struct place *place = *state;

	place_open(place);
	place_close(place);
	assert_int_equal(place_query(place->path, "PRAGMA application_id"), SCHEMA_ACCOUNTS_ID);
	assert_int_equal(
		place_query(place->path, "PRAGMA user_version"), schema_of_accounts.version);
}

static void an_empty_file_becomes_a_database(void **state)
{
	struct place *place = *state;

	place_write_file(place->path, "", 0);
	assert_string_equal(place_read(place), "");
}

static void what_a_crash_left_of_a_creation_is_replaced(void **state)
{
	struct place *place = *state;
	char path[128];

	path_beside(place, ".new", path);
	place_write_file(path, "half", 4);
	path_beside(place, ".new-journal", path);
	place_write_file(path, "half", 4);
	assert_string_equal(place_read(place), "");
	assert_int_equal(access(path, F_OK), -1);
}

static void a_file_without_a_directory_is_not_made(void **state)
{
	struct place *place = *state;

	place->options.path = "/nonexistent/accounts.db";
	expect_refusal(place, STORE_FAULT_FAILED, "No such file");
}

static void a_text_file_is_refused(void **state)
{
	struct place *place = *state;

	place_write_file(place->path, "hello", 5);
	expect_refusal(place, STORE_FAULT_FOREIGN, "is not a database of papod");
}

static void a_database_of_another_program_is_refused(void **state)
{
	struct place *place = *state;

	place_run_sql(place, "CREATE TABLE moz_places (id INTEGER); PRAGMA journal_mode = WAL;"
			     "INSERT INTO moz_places VALUES (1)");
	expect_refusal(place, STORE_FAULT_FOREIGN, "is not a database of papod");
}

static void a_database_of_a_later_release_is_refused(void **state)
{
	struct place *place = *state;

	place_open(place);
	place_close(place);
	place_run_sql(place, "PRAGMA user_version = 99; UPDATE about SET oldest_reader = 98");
	expect_refusal(place, STORE_FAULT_FOREIGN, "version 99, for a later release");
}

static void a_compatible_database_of_a_later_release_is_used(void **state)
{
	struct place *place = *state;

	place_open(place);
	place_store(place, ROWS(ACCOUNT(0, 1, "ana")));
	place_close(place);
	place_run_sql(place, "PRAGMA user_version = 99; CREATE TABLE later (id INTEGER);"
			     "ALTER TABLE accounts ADD COLUMN later INTEGER NOT NULL DEFAULT 5");
	place_open(place);
	place_store(place, ROWS(ACCOUNT(0, 1, "bea")));
	assert_string_equal(place_read(place),
		"accounts 1 v1 1=ana 2=ana 3=+0\naccounts 2 v1 1=bea 2=bea 3=+0\n");
	place_close(place);
	assert_int_equal(place_query(place->path, "PRAGMA user_version"), 99);
}

static void count_row(void *data, const struct store_row *row)
{
	(void) row;
	++*(size_t *) data;
}

static void fill_with_accounts(struct place *place, int n)
{
	char name[16], folded[16];

	place_open(place);
	for (int i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "1=ana%d", i);
		snprintf(folded, sizeof(folded), "2=ana%d", i);
		place_submit(place, ROWS(ROW(ACCOUNTS, 0, 1, name, folded)));
	}
	place_wait(place, place->n_answers + (size_t) n);
}

static void a_damaged_file_is_refused(void **state)
{
	struct place *place = *state;
	struct buffer bytes;

	fill_with_accounts(place, 1000);
	place_close(place);
	bytes = place_read_file(place->path);
	/* The last quarter has rows only: damage to the schema is another refusal. */
	for (size_t at = bytes.length / 4096 * 3 / 4 * 4096; at + 300 < bytes.length; at += 4096)
		memset(bytes.bytes + at, 0x5a, 300);
	place_write_file(place->path, bytes.bytes, bytes.length);
	buffer_done(&bytes);
	expect_refusal(place, STORE_FAULT_DAMAGED, "damaged");
}

/* Without the check, reading finds it. */
static void damage_that_reading_finds_is_reported(void **state)
{
	struct place *place = *state;
	struct store_problem problem = { 0 };
	struct buffer bytes;
	size_t n_rows = 0;

	fill_with_accounts(place, 500);
	place_close(place);
	bytes = place_read_file(place->path);
	for (size_t at = 4096 * 4; at + 300 < bytes.length; at += 4096)
		memset(bytes.bytes + at, 0x5a, 300);
	place_write_file(place->path, bytes.bytes, bytes.length);
	buffer_done(&bytes);
	place->options.is_thorough = false;
	if (place_try_open(place, &problem))
		assert_false(store_read_all(place->store, count_row, &n_rows, &problem));
	assert_int_equal(problem.fault, STORE_FAULT_DAMAGED);
	assert_true(n_rows < 500);
}

/* Root may write to any file, so only a file system can refuse; not everybody may mount one. */
static void a_file_that_cannot_be_written_is_refused(void **state)
{
	struct place *place = *state;

	if (mount("tmpfs", place->directory, "tmpfs", 0, "size=4m") != 0) {
		print_message("no file system can be mounted here\n");
		return;
	}
	fill_with_accounts(place, 10);
	place_close(place);
	assert_int_equal(mount("tmpfs", place->directory, "tmpfs", MS_REMOUNT | MS_RDONLY, ""), 0);
	expect_refusal(place, STORE_FAULT_READ_ONLY, "");
	assert_int_equal(umount(place->directory), 0);
}

static void a_truncated_file_is_refused(void **state)
{
	struct place *place = *state;

	fill_with_accounts(place, 500);
	place_close(place);
	assert_int_equal(truncate(place->path, 4096 * 6), 0);
	expect_refusal(place, STORE_FAULT_DAMAGED, "");
	assert_int_equal(truncate(place->path, 50), 0);
	expect_refusal(place, STORE_FAULT_FOREIGN, "its beginning is damaged");
}

/* A damaged file with a log beside it must not be completed from it. */
static void a_damaged_file_with_a_log_is_refused_untouched(void **state)
{
	struct place *place = *state;
	char log[128], copy[128], log_copy[128];
	struct buffer bytes;

	fill_with_accounts(place, 500);
	place_close(place);
	fill_with_accounts(place, 0);
	place_store(place, ROWS(ACCOUNT(0, 1, "bea")));
	path_beside(place, "-wal", log);
	path_beside(place, ".copy", copy);
	path_beside(place, ".copy-wal", log_copy);
	bytes = place_read_file(place->path);
	memset(bytes.bytes + 4096 * 6, 0x5a, 4096 * 6);
	place_write_file(copy, bytes.bytes, bytes.length);
	place_copy_file(log, log_copy);
	buffer_done(&bytes);
	place_close(place);
	place->options.path = copy;
	bytes = place_read_file(log_copy);
	assert_true(bytes.length > 4096);
	buffer_done(&bytes);
	expect_refusal(place, STORE_FAULT_DAMAGED, "damaged");
}

static void a_log_without_its_database_is_refused(void **state)
{
	struct place *place = *state;
	struct store_problem problem;
	char log[128];

	path_beside(place, "-wal", log);
	place_write_file(log, "frames", 6);
	assert_false(place_try_open(place, &problem));
	assert_int_equal(problem.fault, STORE_FAULT_DAMAGED);
	assert_non_null(strstr(problem.text, "is missing"));
	assert_int_equal(access(place->path, F_OK), -1);
}

/* Locks of one process do not keep it out itself. */
static void a_file_that_another_process_uses_is_refused(void **state)
{
	struct place *place = *state;
	struct place *other;
	int ready[2], end[2];
	char byte = 0;
	pid_t pid;

	assert_int_equal(pipe(ready) + pipe(end), 0);
	pid = fork();
	if (pid == 0) {
		other = place_new_in(place->directory);
		place_open(other);
		(void) !write(ready[1], &byte, 1);
		(void) !read(end[0], &byte, 1);
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	expect_refusal(place, STORE_FAULT_LOCKED, "locked");
	assert_int_equal(write(end[1], &byte, 1), 1);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	place_open(place);
	for (int i = 0; i < 2; i++) {
		close(ready[i]);
		close(end[i]);
	}
}

/* A row of each table that a schema has added, from the third on. */
static const char *const added_rows[] = { "used_codes 0 v19 1=ana 2=+3 3=+57000000\n",
	"registration_tokens 0 v20 1=0123abcd 2=root 3=+1700000000006 4=+1800000000000\n",
	"account_marks 3 v21 1=read 2=#garden 3=+1700000000007\n",
	"push_endpoints 3 v22 1=https://push.example/1 2=+1700000000008 3=+1700000000009\n",
	"moderation 0 v23 1=filter 2=links 3=https?:// 4=Ana 5=+1700000000010\n",
	"audit 0 v24 1=+1700000000011 2=root 3=ana!ana@host.example 4=KILL 5=bob 6=spam\n" };

/* As each released schema was written, with some of everything. */
static void read_recorded_file(int version)
{
	struct place *place = place_new();
	struct buffer sql, rows = { 0 };
	char name[PATH_MAX];

	snprintf(name, sizeof(name), SCHEMAS "/%d.sql", version);
	sql = place_read_file(name);
	assert_true(sql.length > 1000);
	place_run_sql(place, sql.bytes);
	buffer_done(&sql);
	buffer_put_text(&rows,
		"accounts 3 v12 1=Ana 2=ana 3=+1700000000000 4=SCRAM-SHA-256$16384:c2FsdA==$a:b "
		"5=ana@example.org 64=rest\n"
		"account_nicks 3 v13 1=ana_ 2=Ana_ 3=+1700000000001\n"
		"account_certificates 3 v14 1=ab12 2=+1700000000002\n"
		"channels 2 v15 1=#Garden 2=#garden 3=+1700000000003 4=+3 5=Welcome\n"
		"channel_access 2 v16 1=+3 2=qo\n"
		"channel_lists 2 v17 1=b 2=*!*@spam.example 3=Ana 4=+1700000000004\n"
		"server_bans 0 v18 1=kline 2=*@198.51.100.7 3=spam 4=Ana 5=+1700000000005 6=+0\n");
	for (int i = 3; i <= version; i++)
		buffer_put_text(&rows, added_rows[i - 3]);
	assert_string_equal(place_read(place), rows.bytes);
	buffer_done(&rows);
	/* Ids go on after those that were removed. */
	assert_int_equal(place_store(place, ROWS(ACCOUNT(0, 20, "bea")))->id, 8);
	assert_true(place_submit_as(place, 4, ROWS(ACCOUNT(0, 20, "cat"))));
	assert_int_equal(place_wait(place, 2)->id, 3);
	place_free(place);
}

static void files_of_all_releases_are_read(void **state)
{
	(void) state;
	for (int version = 1; version <= schema_of_accounts.version; version++)
		read_recorded_file(version);
}

/* A file of this release has the schema of the recorded one: a released migration never changes. */
static void the_schema_is_the_recorded_one(void **state)
{
	struct place *place = *state;
	struct place *recorded = place_new();
	struct buffer sql = place_read_file(SCHEMAS "/8.sql");
	char query[400];

	place_run_sql(recorded, sql.bytes);
	buffer_done(&sql);
	place_open(place);
	place_close(place);
	snprintf(query, sizeof(query),
		"ATTACH '%s' AS other; CREATE TABLE result AS SELECT count(*) AS n FROM ("
		"SELECT sql FROM sqlite_schema UNION SELECT sql FROM other.sqlite_schema)",
		recorded->path);
	place_run_sql(place, query);
	snprintf(query, sizeof(query),
		"SELECT n - (SELECT count(DISTINCT sql) FROM sqlite_schema WHERE name != 'result')"
		" - (SELECT max(sql IS NULL) FROM sqlite_schema) FROM result");
	assert_int_equal(place_query(place->path, query), 0);
	place_free(recorded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(a_new_file_is_only_for_its_owner),
		TEST(a_new_file_has_its_marks),
		TEST(an_empty_file_becomes_a_database),
		TEST(what_a_crash_left_of_a_creation_is_replaced),
		TEST(a_file_without_a_directory_is_not_made),
		TEST(a_text_file_is_refused),
		TEST(a_database_of_another_program_is_refused),
		TEST(a_database_of_a_later_release_is_refused),
		TEST(a_compatible_database_of_a_later_release_is_used),
		TEST(a_damaged_file_is_refused),
		TEST(damage_that_reading_finds_is_reported),
		TEST(a_file_that_cannot_be_written_is_refused),
		TEST(a_truncated_file_is_refused),
		TEST(a_damaged_file_with_a_log_is_refused_untouched),
		TEST(a_log_without_its_database_is_refused),
		TEST(a_file_that_another_process_uses_is_refused),
		TEST(files_of_all_releases_are_read),
		TEST(the_schema_is_the_recorded_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
