/* Only another papod is a reason not to start. */
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

#include "base/buffer.h"
#include "daemon/state_lock.h"
#include "service/state_directory.h"

static int lock_error;

int __wrap_state_directory_lock(int *fd_of_lock, pid_t *ret_holder);

int __wrap_state_directory_lock(int *fd_of_lock, pid_t *ret_holder)
{
	if (lock_error == -EAGAIN)
		*ret_holder = 17;
	if (!lock_error)
		*fd_of_lock = 9;
	return lock_error;
}

static void note_entry(void *data, enum logbook entry, const char *const *fields)
{
	struct buffer *logged = data;

	if (entry == LOGBOOK_START_FAILED)
		buffer_format(logged, "start: %s", fields[1]);
	if (entry == LOGBOOK_STATE_NOT_LOCKED)
		buffer_format(logged, "not locked: %s", fields[3]);
}

static void assert_taken(int error, int status, int fd, const char *logged)
{
	struct buffer text = { 0 };
	const struct log log = { note_entry, &text };
	int fd_of_lock = -1;

	lock_error = error;
	assert_int_equal(state_lock_take(&log, &fd_of_lock), status);
	assert_int_equal(fd_of_lock, fd);
	assert_non_null(strstr(buffer_text(&text), logged));
	assert_int_equal(!text.length, !logged[0]);
	buffer_done(&text);
}

static int setup(void **state)
{
	(void) state;
	return setenv("STATE_DIRECTORY", "/nonexistent", 1);
}

static void a_free_directory_is_ours(void **state)
{
	(void) state;
	assert_taken(0, 0, 9, "");
}

static void another_papod_is_named(void **state)
{
	(void) state;
	assert_taken(-EAGAIN, EX_UNAVAILABLE, -1, "another papod (process 17) uses it");
}

static void who_cannot_lock_starts_all_the_same(void **state)
{
	(void) state;
	assert_taken(-EROFS, 0, -1, "not locked: Read-only file system");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_free_directory_is_ours, setup),
		cmocka_unit_test_setup(another_papod_is_named, setup),
		cmocka_unit_test_setup(who_cannot_lock_starts_all_the_same, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
