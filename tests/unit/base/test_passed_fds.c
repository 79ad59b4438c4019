/* Descriptors in messages of Unix sockets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/passed_fds.h"

static char sent_byte = 'x';

static void make_ends(int ends[2])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
}

static void send_fds(int socket, const int *fds, size_t n_fds)
{
	PASSED_FDS(3) passed;
	struct iovec part = { &sent_byte, 1 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };

	passed_fds_put(&message, &passed, fds, n_fds);
	assert_int_equal(sendmsg(socket, &message, MSG_NOSIGNAL), 1);
}

/* What is not wanted is closed. */
static size_t receive_fds(int socket, int *ret_fds, size_t most)
{
	PASSED_FDS(3) passed;
	int all[3];
	size_t n_fds;
	char byte = 0;
	struct iovec part = { &byte, 1 };
	struct msghdr message = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &passed,
		.msg_controllen = sizeof(passed) };

	assert_int_equal(recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC), 1);
	assert_int_equal(byte, sent_byte);
	n_fds = passed_fds_take(&message, all, ARRAY_LENGTH(all));
	assert_int_equal(passed_fds_take(&message, ret_fds, most), n_fds);
	for (size_t i = most; i < n_fds; i++)
		close(all[i]);
	return n_fds;
}

/* A byte that is written to one end of a pipe shows which end it was. */
static void assert_is_writer_of(int writer, int reader, char byte)
{
	char got = 0;

	assert_int_equal(write(writer, &byte, 1), 1);
	assert_int_equal(read(reader, &got, 1), 1);
	assert_int_equal(got, byte);
}

static void descriptors_arrive_in_their_order(void **state)
{
	int ends[2], first[2], second[2], taken[3] = { -1, -1, -1 };

	(void) state;
	make_ends(ends);
	assert_int_equal(pipe2(first, O_CLOEXEC), 0);
	assert_int_equal(pipe2(second, O_CLOEXEC), 0);
	send_fds(ends[0], (int[]){ first[1], second[1] }, 2);
	assert_int_equal(receive_fds(ends[1], taken, ARRAY_LENGTH(taken)), 2);
	assert_is_writer_of(taken[0], first[0], '1');
	assert_is_writer_of(taken[1], second[0], '2');
	assert_int_equal(taken[2], -1);
	for (size_t i = 0; i < 2; i++) {
		close(taken[i]);
		close(ends[i]);
		close(first[i]);
		close(second[i]);
	}
}

static void a_message_without_descriptors_has_none(void **state)
{
	int ends[2], taken = -1;

	(void) state;
	make_ends(ends);
	send_fds(ends[0], NULL, 0);
	assert_int_equal(receive_fds(ends[1], &taken, 1), 0);
	assert_int_equal(taken, -1);
	close(ends[0]);
	close(ends[1]);
}

static void more_than_are_wanted_are_counted_only(void **state)
{
	int ends[2], taken[2] = { -1, -1 };

	(void) state;
	make_ends(ends);
	send_fds(ends[0], (int[]){ ends[0], ends[1] }, 2);
	assert_int_equal(receive_fds(ends[1], taken, 1), 2);
	assert_true(taken[0] >= 0);
	assert_int_equal(taken[1], -1);
	close(taken[0]);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(descriptors_arrive_in_their_order),
		cmocka_unit_test(a_message_without_descriptors_has_none),
		cmocka_unit_test(more_than_are_wanted_are_counted_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
