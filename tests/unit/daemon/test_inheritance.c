/* Descriptors from systemd, and from the previous program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/control.h"
#include "daemon/gates.h"
#include "daemon/handover_list.h"
#include "daemon/inheritance.h"

#define FIRST_PASSED 3

struct fixture {
	struct loop *loop;
	struct listeners *listeners;
	struct descriptors files;
	struct inheritance inheritance;
	size_t n_failures;
};

static void count_failure(void *data, enum logbook entry, const char *const *fields)
{
	struct fixture *fixture = data;

	(void) fields;
	fixture->n_failures += entry == LOGBOOK_LISTEN_FAILED;
}

static void ignore_client(
	void *data, int fd, const char *listener, const struct address *address, bool has_inherited)
{
	(void) data;
	(void) fd;
	(void) listener;
	(void) address;
	(void) has_inherited;
}

/* Pass descriptors from 3 on; names of those that are no listeners begin with papod-. */
static void pass(const char *names, int n_files)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", (int) getpid());
	setenv("LISTEN_PID", number, 1);
	snprintf(number, sizeof(number), "%d", n_files);
	setenv("LISTEN_FDS", number, 1);
	setenv("LISTEN_FDNAMES", names, 1);
}

/* An abstract address that the kernel chooses. */
static int listen_somewhere(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	return bind(fd, (struct sockaddr *) &address, sizeof(address.sun_family)) == 0 &&
			       listen(fd, 1) == 0
		       ? fd
		       : -1;
}

static void put_at(int fd, int place)
{
	assert_true(fd >= 0);
	if (fd == place)
		return;
	assert_int_equal(dup2(fd, place), place);
	close(fd);
}

static void take_all(struct fixture *fixture)
{
	const struct log log = { count_failure, fixture };

	fixture->inheritance = inheritance_new(&fixture->files);
	assert_int_equal(loop_new(&fixture->loop), 0);
	fixture->listeners = listeners_new(fixture->loop, &log, ignore_client, NULL, NULL);
	assert_int_equal(
		inheritance_give_listeners(&fixture->inheritance, fixture->listeners, &log), 0);
}

/* Descriptors from 3 on are in use in this process, so each test runs in a child. */
static void in_a_child(void (*test)(struct fixture *fixture))
{
	struct fixture fixture = { 0 };
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		for (int fd = FIRST_PASSED; fd < 20; fd++)
			close(fd);
		test(&fixture);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* An assertion of cmocka would jump back into the parent's test. */
static void expect(bool is_so, int number)
{
	if (!is_so)
		_exit(number);
}

static void take_passed(struct fixture *fixture)
{
	put_at(listen_somewhere(), FIRST_PASSED);
	put_at(open("/dev/null", O_RDONLY), FIRST_PASSED + 1);
	put_at(open("/dev/null", O_RDONLY), FIRST_PASSED + 2);
	pass("irc:papod-head:odd", 3);
	take_all(fixture);
	expect(listeners_count(fixture->listeners) == 1, 1);
	expect(fixture->files.count == 1, 2);
	expect(descriptors_take(&fixture->files, "papod-head") == FIRST_PASSED + 1, 3);
	expect(fixture->n_failures == 1, 4); /* not a listening socket */
	expect(fixture->inheritance.has_passed_sockets, 5);
	expect(!fixture->inheritance.is_successor, 6);
}

static void passed_sockets_are_listeners_or_kept_files(void **state)
{
	(void) state;
	in_a_child(take_passed);
}

static void take_only_kept(struct fixture *fixture)
{
	put_at(open("/dev/null", O_RDONLY), FIRST_PASSED);
	pass("papod-head", 1);
	take_all(fixture);
	expect(listeners_count(fixture->listeners) == 0, 1);
	expect(fixture->files.count == 1, 2);
	expect(!fixture->inheritance.has_passed_sockets, 3);
}

static void a_restart_alone_passes_no_sockets(void **state)
{
	(void) state;
	in_a_child(take_only_kept);
}

static void take_own_sockets(struct fixture *fixture)
{
	put_at(listen_somewhere(), FIRST_PASSED);
	put_at(listen_somewhere(), FIRST_PASSED + 1);
	pass("gate-handover:control", 2);
	take_all(fixture);
	expect(listeners_count(fixture->listeners) == 0, 1);
	expect(descriptors_take(&fixture->files, GATES_SOCKET_NAME) == FIRST_PASSED, 2);
	expect(descriptors_take(&fixture->files, CONTROL_SOCKET_NAME) == FIRST_PASSED + 1, 3);
	expect(!fixture->inheritance.has_passed_sockets, 4);
}

static void sockets_for_gates_and_administrators_are_no_listeners(void **state)
{
	(void) state;
	in_a_child(take_own_sockets);
}

static void take_nothing(struct fixture *fixture)
{
	unsetenv("LISTEN_FDS");
	take_all(fixture);
	expect(listeners_count(fixture->listeners) == 0 && fixture->files.count == 0, 1);
	expect(!fixture->inheritance.is_successor, 2);
	expect(!fixture->inheritance.has_passed_sockets && fixture->n_failures == 0, 3);
}

static void by_hand_there_is_nothing(void **state)
{
	(void) state;
	in_a_child(take_nothing);
}

static void hand_over_and_take(struct fixture *fixture)
{
	struct handover_list list = { .has_passed_sockets = true };
	char number[16];
	int fd;

	put_at(listen_somewhere(), FIRST_PASSED);
	pass("irc", 1);
	take_all(fixture);
	listeners_save(fixture->listeners, &list.listeners);
	descriptors_add(&list.files, 0, "papod-x");
	expect(handover_list_write(&list, &fd) == 0, 1);
	snprintf(number, sizeof(number), "%d", fd);
	setenv(HANDOVER_LIST_VARIABLE, number, 1);
	take_all(fixture);
	expect(fixture->inheritance.is_successor, 2);
	expect(fixture->inheritance.has_passed_sockets, 3);
	expect(listeners_count(fixture->listeners) == 1, 4);
	expect(fixture->files.count == 1, 5);
	inheritance_done(&fixture->inheritance);
}

static void a_successor_has_what_the_program_before_had(void **state)
{
	(void) state;
	in_a_child(hand_over_and_take);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(passed_sockets_are_listeners_or_kept_files),
		cmocka_unit_test(a_restart_alone_passes_no_sockets),
		cmocka_unit_test(sockets_for_gates_and_administrators_are_no_listeners),
		cmocka_unit_test(by_hand_there_is_nothing),
		cmocka_unit_test(a_successor_has_what_the_program_before_had),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
