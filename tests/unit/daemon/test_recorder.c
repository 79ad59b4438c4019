/* The recording while the server runs: its place, and the effect of a failure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buffer.h"
#include "daemon/recorder.h"

struct fixture {
	char directory[32];
	char path[64]; /* of the file in it */
	struct log log;
	struct buffer logged;
	struct recorder recorder;
};

static int flush_error;

int __wrap_recording_flush(struct recording *recording);

int __wrap_recording_flush(struct recording *recording)
{
	(void) recording;
	return flush_error;
}

static void note_entry(void *data, enum logbook entry, const char *const *fields)
{
	struct fixture *fixture = data;

	if (entry == LOGBOOK_RECORDING_FAILED)
		buffer_format(&fixture->logged, "%s: %s ", fields[1], fields[3]);
	if (entry == LOGBOOK_START_FAILED)
		buffer_format(&fixture->logged, "start: %s ", fields[1]);
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	strcpy(fixture->directory, "/tmp/papod-test-XXXXXX");
	if (!mkdtemp(fixture->directory))
		return -1;
	snprintf(fixture->path, sizeof(fixture->path), "%s/r", fixture->directory);
	setenv("STATE_DIRECTORY", fixture->directory, 1);
	fixture->log = (struct log){ note_entry, fixture };
	fixture->recorder.log = &fixture->log;
	flush_error = 0;
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	recording_free(fixture->recorder.recording);
	buffer_done(&fixture->logged);
	unsetenv("STATE_DIRECTORY");
	unlink(fixture->path);
	rmdir(fixture->directory);
	free(fixture);
	return 0;
}

static void assert_begun(struct fixture *fixture, const char *name)
{
	fixture->recorder.name = name;
	assert_int_equal(recorder_begin(&fixture->recorder, false), 0);
	assert_non_null(fixture->recorder.recording);
	assert_int_equal(access(fixture->path, F_OK), 0);
}

static void a_name_is_in_the_state_directory(void **state)
{
	assert_begun(*state, "r");
}

static void a_path_is_where_it_says(void **state)
{
	struct fixture *fixture = *state;

	unsetenv("STATE_DIRECTORY");
	assert_begun(fixture, fixture->path);
}

static void nobody_needs_one(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(recorder_begin(&fixture->recorder, false), 0);
	recorder_flush(&fixture->recorder);
	assert_null(fixture->recorder.recording);
	assert_string_equal(buffer_text(&fixture->logged), "");
}

static void one_that_cannot_be_made_ends_the_start(void **state)
{
	struct fixture *fixture = *state;

	fixture->recorder.name = "/nonexistent/r";
	assert_int_equal(recorder_begin(&fixture->recorder, false), EX_CANTCREAT);
	assert_string_equal(
		fixture->logged.bytes, "start: /nonexistent/r: No such file or directory ");
}

/* With clients connected, a failure does not stop the start. */
static void but_not_that_of_a_successor(void **state)
{
	struct fixture *fixture = *state;

	fixture->recorder.name = "/nonexistent/r";
	assert_int_equal(recorder_begin(&fixture->recorder, true), 0);
	assert_null(fixture->recorder.recording);
	assert_string_equal(fixture->logged.bytes, "/nonexistent/r: No such file or directory ");
}

static void one_that_cannot_be_written_is_over(void **state)
{
	struct fixture *fixture = *state;

	assert_begun(fixture, "r");
	recorder_flush(&fixture->recorder);
	assert_non_null(fixture->recorder.recording);
	flush_error = -ENOSPC;
	recorder_flush(&fixture->recorder);
	assert_null(fixture->recorder.recording);
	recorder_flush(&fixture->recorder); /* the failure is logged once */
	assert_string_equal(fixture->logged.bytes, "r: No space left on device ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_name_is_in_the_state_directory),
		TEST(a_path_is_where_it_says),
		TEST(nobody_needs_one),
		TEST(one_that_cannot_be_made_ends_the_start),
		TEST(but_not_that_of_a_successor),
		TEST(one_that_cannot_be_written_is_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
