#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "daemon/socket_set.h"

#define N_PAIRS 4

static void make_pair(int ret_fds[2])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ret_fds), 0);
}

static void close_pair(const int fds[2])
{
	close(fds[0]);
	close(fds[1]);
}

static void copies_of_its_sockets_are_found_and_no_others(void **state)
{
	CLEANUP(socket_set_done) struct socket_set set = { 0 };
	int pairs[N_PAIRS][2];

	(void) state;
	for (int i = 0; i < N_PAIRS; i++)
		make_pair(pairs[i]);
	for (int i = N_PAIRS; i-- > 0;)
		socket_set_add(&set, pairs[i][0]);
	socket_set_sort(&set);
	for (int i = 0; i < N_PAIRS; i++) {
		int copy = dup(pairs[i][0]);

		assert_true(socket_set_has(&set, copy));
		assert_false(socket_set_has(&set, pairs[i][1]));
		close(copy);
		close_pair(pairs[i]);
	}
}

static void an_empty_set_has_none(void **state)
{
	CLEANUP(socket_set_done) struct socket_set set = { 0 };
	int fds[2];

	(void) state;
	make_pair(fds);
	socket_set_sort(&set);
	assert_false(socket_set_has(&set, fds[0]));
	close_pair(fds);
}

static void what_is_not_open_is_in_no_set(void **state)
{
	CLEANUP(socket_set_done) struct socket_set set = { 0 };
	int fds[2];

	(void) state;
	make_pair(fds);
	socket_set_add(&set, fds[0]);
	socket_set_add(&set, -1);
	socket_set_sort(&set);
	assert_false(socket_set_has(&set, -1));
	assert_true(socket_set_has(&set, fds[0]));
	close_pair(fds);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copies_of_its_sockets_are_found_and_no_others),
		cmocka_unit_test(an_empty_set_has_none),
		cmocka_unit_test(what_is_not_open_is_in_no_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
