#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/held_ports.h"

static int bind_any(int family, int type, uint16_t *ret_port)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback };
	struct sockaddr_in ipv4 = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	bool is_ipv4 = family == AF_INET;
	socklen_t length = is_ipv4 ? sizeof(ipv4) : sizeof(address);
	int fd = socket(family, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (is_ipv4)
		memcpy(&address, &ipv4, sizeof(ipv4));
	if (bind(fd, (struct sockaddr *) &address, length) < 0 ||
		getsockname(fd, (struct sockaddr *) &address, &length) < 0) {
		close(fd);
		return -1;
	}
	*ret_port = ntohs(address.sin6_port); /* at the same place in both */
	return fd;
}

static void check_family(int family)
{
	uint16_t port = 0;
	int fd = bind_any(family, SOCK_STREAM, &port);

	if (fd < 0)
		skip();					     /* no IPv6 here */
	assert_false(held_ports_has(getpid(), port, false)); /* bound, but not listening yet */
	assert_int_equal(listen(fd, 1), 0);
	assert_true(held_ports_has(getpid(), port, false));
	close(fd);
	assert_false(held_ports_has(getpid(), port, false));
}

static void a_port_of_ipv4_is_found_while_it_listens(void **state)
{
	(void) state;
	check_family(AF_INET);
}

static void a_port_of_udp_is_found_from_the_start(void **state)
{
	uint16_t port = 0;
	int fd = bind_any(AF_INET, SOCK_DGRAM, &port);

	(void) state;
	assert_true(fd >= 0);
	assert_true(held_ports_has(getpid(), port, true));
	assert_false(held_ports_has(getpid(), port, false));
	close(fd);
	assert_false(held_ports_has(getpid(), port, true));
}

static void a_port_of_ipv6_is_found_while_it_listens(void **state)
{
	(void) state;
	check_family(AF_INET6);
}

/* A child that closed the listener does not listen on the parent's port. */
static void a_port_of_another_process_does_not_count(void **state)
{
	uint16_t port = 0;
	int fd = bind_any(AF_INET, SOCK_STREAM, &port), ready[2];
	char byte;
	pid_t pid;

	(void) state;
	assert_true(fd >= 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (!pid) {
		close(fd);
		(void) !write(ready[1], "", 1);
		pause();
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_false(held_ports_has(pid, port, false));
	assert_true(held_ports_has(getpid(), port, false));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(ready[0]);
	close(ready[1]);
	close(fd);
}

static void a_process_that_cannot_be_looked_at_may_have_it(void **state)
{
	(void) state;
	assert_true(held_ports_has(-1, 1, false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_port_of_ipv4_is_found_while_it_listens),
		cmocka_unit_test(a_port_of_udp_is_found_from_the_start),
		cmocka_unit_test(a_port_of_ipv6_is_found_while_it_listens),
		cmocka_unit_test(a_port_of_another_process_does_not_count),
		cmocka_unit_test(a_process_that_cannot_be_looked_at_may_have_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
