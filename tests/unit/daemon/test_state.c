/* The state directory: one process at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "daemon/state.h"

static int make_place(void **state)
{
	char *directory = mem_text("/tmp/papod-test-XXXXXX");

	if (!mkdtemp(directory))
		return -1;
	setenv("STATE_DIRECTORY", directory, 1);
	*state = directory;
	return 0;
}

static int clear_place(void **state)
{
	CLEANUP(mem_freep) char *path = state_path("lock");

	unlink(path);
	rmdir(*state);
	free(*state);
	return 0;
}

/* Another process that has it, and a child that outlives that process. */
static pid_t take_elsewhere(int *ret_grandchild_pipe)
{
	int taken[2], pipe_fds[2], fd = -1;
	pid_t pid, holder;
	char byte;

	assert_int_equal(pipe(taken), 0);
	assert_int_equal(pipe(pipe_fds), 0);
	pid = fork();
	if (pid == 0) {
		if (state_lock(&fd, &holder) < 0 || fd < 0)
			_exit(1);
		if (fork() == 0) {
			close(pipe_fds[1]);
			_exit((int) read(pipe_fds[0], &byte, 1));
		}
		(void) !write(taken[1], "", 1);
		pause();
	}
	close(taken[1]);
	assert_int_equal(read(taken[0], &byte, 1), 1);
	close(taken[0]);
	close(pipe_fds[0]);
	*ret_grandchild_pipe = pipe_fds[1];
	return pid;
}

static void who_has_it_is_named(void **state)
{
	int fd = -1, grandchild;
	pid_t holder = 0, pid = take_elsewhere(&grandchild);

	(void) state;
	assert_int_equal(state_lock(&fd, &holder), -EAGAIN);
	assert_int_equal(holder, pid);
	assert_int_equal(fd, -1);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_int_equal(state_lock(&fd, &holder), 0);
	assert_true(fd >= 0);
	close(fd);
	close(grandchild);
}

/* Opened a second time, it would be unlocked as soon as one of the two is closed. */
static void what_was_locked_before_is_used(void **state)
{
	int fd = -1, before;
	pid_t holder;

	(void) state;
	assert_int_equal(state_lock(&fd, &holder), 0);
	before = fd;
	assert_int_equal(state_lock(&fd, &holder), 0);
	assert_int_equal(fd, before);
	close(fd);
}

static void without_a_directory_nothing_is_locked(void **state)
{
	int fd = -1;
	pid_t holder;

	(void) state;
	unsetenv("STATE_DIRECTORY");
	assert_int_equal(state_lock(&fd, &holder), 0);
	assert_int_equal(fd, -1);
	setenv("STATE_DIRECTORY", *state, 1);
}

static void a_directory_that_is_not_there_is_told(void **state)
{
	int fd = -1;
	pid_t holder;

	setenv("STATE_DIRECTORY", "/nonexistent", 1);
	assert_int_equal(state_lock(&fd, &holder), -ENOENT);
	setenv("STATE_DIRECTORY", *state, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(who_has_it_is_named, make_place, clear_place),
		cmocka_unit_test_setup_teardown(
			what_was_locked_before_is_used, make_place, clear_place),
		cmocka_unit_test_setup_teardown(
			without_a_directory_nothing_is_locked, make_place, clear_place),
		cmocka_unit_test_setup_teardown(
			a_directory_that_is_not_there_is_told, make_place, clear_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
