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
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "service/state_directory.h"

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
	CLEANUP(mem_freep) char *path = state_directory_path("lock");

	unlink(path);
	rmdir(*state);
	free(*state);
	return 0;
}

/* Another process that has the lock, and a child that outlives that process. */
static pid_t take_elsewhere(int *ret_grandchild_pipe)
{
	int taken[2], pipe_fds[2], fd = -1;
	pid_t pid, holder;
	char byte;

	assert_int_equal(pipe(taken), 0);
	assert_int_equal(pipe(pipe_fds), 0);
	pid = fork();
	if (pid == 0) {
		if (state_directory_lock(&fd, &holder) < 0 || fd < 0)
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
	assert_int_equal(state_directory_lock(&fd, &holder), -EAGAIN);
	assert_int_equal(holder, pid);
	assert_int_equal(fd, -1);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_int_equal(state_directory_lock(&fd, &holder), 0);
	assert_true(fd >= 0);
	close(fd);
	close(grandchild);
}

/* If the file were opened twice, closing one descriptor would release the lock. */
static void what_was_locked_before_is_used(void **state)
{
	int fd = -1, before;
	pid_t holder;

	(void) state;
	assert_int_equal(state_directory_lock(&fd, &holder), 0);
	before = fd;
	assert_int_equal(state_directory_lock(&fd, &holder), 0);
	assert_int_equal(fd, before);
	close(fd);
}

static void without_a_directory_nothing_is_locked(void **state)
{
	int fd = -1;
	pid_t holder;

	(void) state;
	unsetenv("STATE_DIRECTORY");
	assert_int_equal(state_directory_lock(&fd, &holder), 0);
	assert_int_equal(fd, -1);
	setenv("STATE_DIRECTORY", *state, 1);
}

static void a_directory_that_is_not_there_is_told(void **state)
{
	int fd = -1;
	pid_t holder;

	setenv("STATE_DIRECTORY", "/nonexistent", 1);
	assert_int_equal(state_directory_lock(&fd, &holder), -ENOENT);
	setenv("STATE_DIRECTORY", *state, 1);
}

/* The file of that name in the state directory, or NULL. */
static char *read_back(const char *name)
{
	CLEANUP(mem_freep) char *path = state_directory_path(name);
	FILE *file = fopen(path, "re");
	char bytes[100] = "";

	if (!file)
		return NULL;
	(void) !fread(bytes, 1, sizeof(bytes) - 1, file);
	fclose(file);
	return mem_text(bytes);
}

static void expect_file(const char *name, const char *bytes)
{
	CLEANUP(mem_freep) char *found = read_back(name);

	if (bytes)
		assert_string_equal(found, bytes);
	else
		assert_null(found);
}

static void remove_file(const char *name)
{
	CLEANUP(mem_freep) char *path = state_directory_path(name);

	assert_int_equal(unlink(path), 0);
}

static void a_file_is_the_old_or_the_new_one(void **state)
{
	CLEANUP(mem_freep) char *path = state_directory_path("file");
	CLEANUP(mem_freep) char *left_over = state_directory_path("file.new");
	struct stat status;

	(void) state;
	assert_int_equal(state_directory_write_file(path, "one", 3), 0);
	expect_file("file", "one");
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	/* A process was killed while it wrote. */
	assert_int_equal(state_directory_write_file(left_over, "what somebody had begun", 23), 0);
	assert_int_equal(state_directory_write_file(path, "two", 3), 0);
	expect_file("file", "two");
	expect_file("file.new", NULL);
	assert_int_equal(state_directory_write_file(path, "", 0), 0);
	expect_file("file", "");
	remove_file("file");
}

static void a_file_that_cannot_be_written_leaves_nothing(void **state)
{
	CLEANUP(mem_freep) char *path = state_directory_path("directory");

	(void) state;
	assert_int_equal(mkdir(path, 0700), 0);
	assert_true(state_directory_write_file(path, "one", 3) < 0);
	expect_file("directory.new", NULL);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(state_directory_write_file("/nonexistent/file", "one", 3), -ENOENT);
}

static void the_first_of_several_directories_is_used(void **state)
{
	CLEANUP(mem_freep) char *first = NULL;

	(void) state;
	setenv("STATE_DIRECTORY", "/one:/two", 1);
	first = state_directory_path("file");
	assert_string_equal(first, "/one/file");
	setenv("STATE_DIRECTORY", "", 1);
	assert_null(state_directory_path("file"));
	setenv("STATE_DIRECTORY", *state, 1);
}

/* After a refusal, a process gets the lock once it is free, and then others are refused. */
static void a_refusal_is_not_for_ever(void **state)
{
	int fd = -1, grandchild;
	pid_t holder = 0, pid = take_elsewhere(&grandchild), other;
	int status = 0;

	(void) state;
	assert_int_equal(state_directory_lock(&fd, &holder), -EAGAIN);
	assert_int_equal(state_directory_lock(&fd, &holder), -EAGAIN);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_int_equal(state_directory_lock(&fd, &holder), 0);
	other = fork();
	if (other == 0) {
		int other_fd = -1;
		pid_t owner = 0;

		_exit(state_directory_lock(&other_fd, &owner) == -EAGAIN && owner == getppid() ? 7
											       : 1);
	}
	waitpid(other, &status, 0);
	assert_int_equal(WEXITSTATUS(status), 7);
	close(fd);
	close(grandchild);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(who_has_it_is_named, make_place, clear_place),
		cmocka_unit_test_setup_teardown(
			what_was_locked_before_is_used, make_place, clear_place),
		cmocka_unit_test_setup_teardown(a_refusal_is_not_for_ever, make_place, clear_place),
		cmocka_unit_test_setup_teardown(
			a_file_is_the_old_or_the_new_one, make_place, clear_place),
		cmocka_unit_test_setup_teardown(
			a_file_that_cannot_be_written_leaves_nothing, make_place, clear_place),
		cmocka_unit_test_setup_teardown(
			the_first_of_several_directories_is_used, make_place, clear_place),
		cmocka_unit_test_setup_teardown(
			without_a_directory_nothing_is_locked, make_place, clear_place),
		cmocka_unit_test_setup_teardown(
			a_directory_that_is_not_there_is_told, make_place, clear_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
