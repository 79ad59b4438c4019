/* Processes that are killed while they write a history, and logs that a power loss has cut. What
 * was reported as written is there once, in order, and requests that are repeated change nothing.
 * PAPOD_TEST_DEATHS is the number of deaths, PAPOD_TEST_SEED repeats a run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "desk.h"
#include "place.h"

#define DEATHS 25
#define AT_ONCE 200 /* messages that are not written yet */

static int set_up(void **state)
{
	place_seed();
	*state = desk_new();
	return 0;
}

static int tear_down(void **state)
{
	desk_free(*state);
	sqlite3_shutdown();
	return 0;
}

/* Says, once it opened the archive and after each group, up to which id everything is written.
 * It never ends by itself. */
static void __attribute__((noreturn)) be_writer(struct desk *desk, uint64_t last, int fd)
{
	uint64_t written = last;

	desk_open(desk);
	(void) !write(fd, &written, sizeof(written));
	for (;;) {
		while (last - written < AT_ONCE) {
			desk_say(desk, ++last);
			if (random() % 8 == 0)
				archive_flush(desk->archive);
		}
		archive_flush(desk->archive);
		while (archive_pending_bytes(desk->archive))
			desk_take(desk, 10);
		written = last;
		(void) !write(fd, &written, sizeof(written));
	}
}

/* Returns up to which id the writer had written before its death, which comes within 60 ms after it
 * began or, so that slow disks are no matter, after it said so for the n-th time. */
static uint64_t kill_writer(struct desk *desk, uint64_t last, int n_said)
{
	uint64_t written = last, news;
	int fds[2], status;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (pid == 0)
		be_writer(desk, last, fds[1]);
	close(fds[1]);
	for (int i = 0; i < n_said; i++)
		assert_int_equal(read(fds[0], &written, sizeof(written)), sizeof(written));
	usleep((useconds_t) (random() % 60000));
	assert_int_equal(kill(pid, SIGKILL), 0);
	while (read(fds[0], &news, sizeof(news)) == sizeof(news))
		written = news;
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	return written;
}

static sqlite3_stmt *prepare(sqlite3 *handle, const char *sql)
{
	sqlite3_stmt *statement = NULL;

	assert_int_equal(sqlite3_prepare_v2(handle, sql, -1, &statement, NULL), SQLITE_OK);
	return statement;
}

static int64_t read_number(sqlite3 *handle, const char *sql)
{
	sqlite3_stmt *statement = prepare(handle, sql);
	int64_t number;

	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return number;
}

/* All ids from 1 on, each once, in the order in which the messages were heard; returns the last.
 * Who died while making the database has left an empty one. */
static uint64_t read_ids(const char *path)
{
	sqlite3_stmt *statement;
	sqlite3 *handle;
	uint64_t last = 0;

	assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
	statement = prepare(handle, "PRAGMA integrity_check");
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	assert_string_equal((const char *) sqlite3_column_text(statement, 0), "ok");
	sqlite3_finalize(statement);
	if (read_number(handle, "SELECT count(*) FROM sqlite_schema") == 0) {
		assert_int_equal(sqlite3_close(handle), SQLITE_OK);
		return 0;
	}
	statement = prepare(handle, "SELECT id, number FROM messages ORDER BY id");
	while (sqlite3_step(statement) == SQLITE_ROW)
		assert_int_equal((uint64_t) sqlite3_column_int64(statement, 0), ++last);
	sqlite3_finalize(statement);
	assert_int_equal(sqlite3_close(handle), SQLITE_OK);
	return last;
}

/* The next process repeats what was not reported as written. */
static void nothing_written_is_lost_when_the_writer_is_killed(void **state)
{
	struct desk *desk = *state;
	long n_deaths = place_setting("PAPOD_TEST_DEATHS", DEATHS);
	uint64_t written = 0, last;

	for (long i = 0; i < n_deaths; i++) {
		written = kill_writer(desk, written, i % 3);
		if (access(desk->path, F_OK) != 0)
			continue;
		last = read_ids(desk->path);
		assert_true(last >= written);
		assert_true(last <= written + AT_ONCE);
	}
	print_message("%ld deaths, %llu messages\n", n_deaths, (unsigned long long) written);
	assert_true(written > 100);
}

static size_t size_of(const char *path)
{
	struct stat status;

	assert_int_equal(stat(path, &status), 0);
	return (size_t) status.st_size;
}

/* What was reported as written before the power loss was on the disk. Of the rest, whole groups may
 * be missing, from the last on. */
static void a_cut_log_loses_only_the_last_messages(void **state)
{
	struct desk *desk = *state, *other = desk_new();
	long n_losses = place_setting("PAPOD_TEST_DEATHS", DEATHS) * 4;
	size_t synced, size, cut;
	uint64_t last;
	char log[128];

	desk_open(desk);
	snprintf(log, sizeof(log), "%s-wal", desk->path);
	for (uint64_t id = 1; id <= 60; id++)
		desk_say(desk, id);
	desk_wait_until_written(desk);
	synced = size_of(log);
	for (uint64_t id = 61; id <= 80; id++) {
		desk_say(desk, id);
		desk_ask(desk, id, NULL); /* so that it is written at once */
		desk_wait_until_written(desk);
	}
	size = size_of(log);
	assert_true(size > synced);
	for (long i = 0; i < n_losses; i++) {
		cut = i % 2 ? synced + (size_t) random() % (size - synced)
			    : (size_t) random() % synced;
		place_lose_power(desk->path, other->path, cut, random() % 2);
		last = read_ids(other->path);
		assert_true(cut < synced || last >= 60);
		assert_true(last <= 80);
		desk_open(other);
		assert_int_equal(archive_last_id(other->archive), last);
		desk_close(other);
	}
	desk_free(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(nothing_written_is_lost_when_the_writer_is_killed),
		TEST(a_cut_log_loses_only_the_last_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
