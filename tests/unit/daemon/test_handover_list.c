/* Only the next program in the same process reads the list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/pack.h"
#include "daemon/handover_list.h"

struct fixture {
	struct handover_list list;
	int file; /* which is handed over */
	int fd;	  /* of the list */
};

static void announce(int fd)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", fd);
	setenv(HANDOVER_LIST_VARIABLE, number, 1);
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	fixture->file = open("/dev/null", O_RDONLY | O_CLOEXEC);
	descriptors_add(&fixture->list.files, fixture->file, "papod-x");
	buffer_put_text(&fixture->list.listeners, "any bytes");
	fixture->list.has_passed_sockets = true;
	if (fixture->file < 0 || handover_list_write(&fixture->list, &fixture->fd) < 0)
		return -1;
	announce(fixture->fd);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	handover_list_done(&fixture->list);
	close(fixture->file);
	close(fixture->fd);
	unsetenv(HANDOVER_LIST_VARIABLE);
	free(fixture);
	return 0;
}

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

static void the_next_program_reads_it_once(void **state)
{
	struct fixture *fixture = *state;
	struct handover_list list = { 0 };

	assert_true(fcntl(fixture->fd, F_GETFD) & FD_CLOEXEC); /* closed by exec() for now */
	assert_true(handover_list_take(&list));
	assert_int_equal(descriptors_take(&list.files, "papod-x"), fixture->file);
	assert_int_equal(list.listeners.length, 9);
	assert_memory_equal(list.listeners.bytes, "any bytes", 9);
	assert_true(list.has_passed_sockets);
	assert_false(is_open(fixture->fd));
	assert_null(getenv(HANDOVER_LIST_VARIABLE));
	descriptors_done(&list.files);
	buffer_done(&list.listeners);
	assert_false(handover_list_take(&list));
}

/* The variable was inherited by another process. */
static void another_process_does_not_read_it(void **state)
{
	struct handover_list list = { 0 };
	int status;
	pid_t pid = fork();

	(void) state;
	if (pid == 0)
		_exit(handover_list_take(&list) || getenv(HANDOVER_LIST_VARIABLE) ? 1 : 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void what_is_no_list_stays_open(void **state)
{
	static const char *const numbers[] = { "", "x", "-1", "2", "4294967296", "1000" };
	struct fixture *fixture = *state;
	struct handover_list list = { 0 };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		setenv(HANDOVER_LIST_VARIABLE, numbers[i], 1);
		assert_false(handover_list_take(&list));
		assert_null(getenv(HANDOVER_LIST_VARIABLE));
	}
	announce(fixture->file);
	assert_false(handover_list_take(&list));
	assert_true(is_open(fixture->file) && is_open(STDERR_FILENO));
	assert_int_equal(list.files.count, 0);
}

/* An earlier or a later release reads it. */
static void the_ids_of_its_parts_never_change(void **state)
{
	struct fixture *fixture = *state;
	char bytes[512];
	ssize_t length = pread(fixture->fd, bytes, sizeof(bytes), 0);
	struct pack pack = pack_over(bytes, (size_t) length);
	struct pack_field field;

	assert_true(length > 0);
	assert_true(pack_next(&pack, &field));
	assert_int_equal(field.id, 1);
	assert_int_equal(pack_field_u64(&field), getpid());
	assert_true(pack_next(&pack, &field));
	assert_int_equal(field.id, 2);
	assert_non_null(memmem(field.bytes, field.length, "papod-x", 7));
	assert_true(pack_next(&pack, &field));
	assert_int_equal(field.id, 3);
	assert_int_equal(field.length, 9);
	assert_memory_equal(field.bytes, "any bytes", 9);
	assert_true(pack_next(&pack, &field));
	assert_int_equal(field.id, 4);
	assert_int_equal(pack_field_u64(&field), 1);
	assert_false(pack_next(&pack, &field));
	assert_false(pack.failed);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_next_program_reads_it_once),
		TEST(another_process_does_not_read_it),
		TEST(what_is_no_list_stays_open),
		TEST(the_ids_of_its_parts_never_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
