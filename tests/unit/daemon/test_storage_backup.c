/* Copies of a real database, also when it is closed meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "small_server.h"

struct fixture {
	struct small_server server;
	struct settings *settings;
	struct log log;
	char directory[64];
	char copy[96];
	size_t n_ends;
	char reason[256]; /* of the last; empty: complete */
};

static void ignore_entry(void *data, enum logbook entry, const char *const *fields)
{
	(void) data;
	(void) entry;
	(void) fields;
}

static int start(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	snprintf(fixture->directory, sizeof(fixture->directory), "/tmp/papod-test-XXXXXX");
	assert_non_null(mkdtemp(fixture->directory));
	snprintf(fixture->copy, sizeof(fixture->copy), "%s/backup.db", fixture->directory);
	setenv("STATE_DIRECTORY", fixture->directory, 1);
	fixture->log = (struct log){ ignore_entry, NULL };
	fixture->server = small_server_new();
	fixture->server.log = &fixture->log;
	small_server_serve(&fixture->server);
	fixture->settings = small_server_begin(&fixture->server);
	helpers_begin(fixture->server.helpers);
	*state = fixture;
	return 0;
}

static int stop(void **state)
{
	static const char *const names[] = { "accounts.db", "accounts.db-wal", "backup.db" };
	struct fixture *fixture = *state;
	char path[96];

	small_server_done(&fixture->server);
	settings_unref(fixture->settings);
	unsetenv("STATE_DIRECTORY");
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", fixture->directory, names[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(fixture->directory), 0);
	free(fixture);
	return 0;
}

static void note_end(void *data, const char *reason)
{
	struct fixture *fixture = data;

	fixture->n_ends++;
	snprintf(fixture->reason, sizeof(fixture->reason), "%s", reason ? reason : "");
}

static bool begin(struct fixture *fixture, const char **ret_reason)
{
	return storage_back_up(helpers_storage(fixture->server.helpers), fixture->copy, note_end,
		fixture, ret_reason);
}

static void wait_for_end(struct fixture *fixture, size_t n_ends)
{
	for (int i = 0; i < 2000 && fixture->n_ends < n_ends; i++)
		assert_int_equal(loop_turn(fixture->server.loop, loop_clock_ms() + 10), 0);
	assert_int_equal(fixture->n_ends, n_ends);
}

static void a_copy_is_made_and_another_one(void **state)
{
	struct fixture *fixture = *state;
	const char *reason = NULL;

	for (size_t i = 1; i <= 2; i++) {
		assert_true(begin(fixture, &reason));
		assert_int_equal(fixture->n_ends, i - 1);
		wait_for_end(fixture, i);
		assert_string_equal(fixture->reason, "");
		assert_int_equal(access(fixture->copy, R_OK), 0);
		unlink(fixture->copy);
	}
}

static void a_copy_that_fails_is_reported(void **state)
{
	struct fixture *fixture = *state;
	const char *reason = NULL;

	snprintf(fixture->copy, sizeof(fixture->copy), "%s/none/backup.db", fixture->directory);
	assert_true(begin(fixture, &reason));
	wait_for_end(fixture, 1);
	assert_non_null(strstr(fixture->reason, "none/backup.db"));
}

/* Another program was to take over, and has not. */
static void after_a_close_the_copy_is_made_again(void **state)
{
	struct fixture *fixture = *state;
	const char *reason = NULL;

	assert_true(begin(fixture, &reason));
	helpers_close(fixture->server.helpers);
	assert_int_equal(fixture->n_ends, 0);
	unlink(fixture->copy);
	helpers_begin(fixture->server.helpers);
	wait_for_end(fixture, 1);
	assert_string_equal(fixture->reason, "");
	assert_int_equal(access(fixture->copy, R_OK), 0);
}

static void a_database_that_does_not_open_again_is_reported(void **state)
{
	struct fixture *fixture = *state;
	const char *reason = NULL;
	char path[96];
	FILE *file;

	assert_true(begin(fixture, &reason));
	helpers_close(fixture->server.helpers);
	snprintf(path, sizeof(path), "%s/accounts.db", fixture->directory);
	file = fopen(path, "we");
	assert_non_null(file);
	fputs("something else", file);
	fclose(file);
	helpers_begin(fixture->server.helpers);
	assert_int_equal(fixture->n_ends, 1);
	assert_string_not_equal(fixture->reason, "");
	assert_false(begin(fixture, &reason));
	assert_string_equal(reason, "the database cannot be used; the log says why");
}

static void without_a_state_directory_there_is_nothing_to_copy(void **state)
{
	struct small_server server;
	const char *reason = NULL;

	(void) state;
	unsetenv("STATE_DIRECTORY");
	server = small_server_new();
	assert_false(storage_back_up(
		helpers_storage(server.helpers), "/tmp/none", note_end, NULL, &reason));
	assert_non_null(strstr(reason, "STATE_DIRECTORY"));
	small_server_done(&server);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_copy_is_made_and_another_one),
		TEST(a_copy_that_fails_is_reported),
		TEST(after_a_close_the_copy_is_made_again),
		TEST(a_database_that_does_not_open_again_is_reported),
		cmocka_unit_test(without_a_state_directory_there_is_nothing_to_copy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
