/* Accepting clients, and waiting when that fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "doors.h"

static void limit_files(rlim_t count, struct rlimit *ret_old)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	*ret_old = limit;
	limit.rlim_cur = count;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void tcp_clients_are_handed_on(void **state)
{
	struct listener_spec spec = { .name = "main", .address = "127.0.0.1" };
	struct doors *doors = *state;
	char text[ADDRESS_TEXT_BYTES];
	int fd;

	assert_int_equal(doors_apply(doors, &spec), 0);
	fd = doors_connect(doors_port(doors_only(doors)));
	doors_wait_for(doors, 1);
	close(fd);
	address_format(&doors->address, text);
	assert_string_equal(text, "127.0.0.1");
	assert_string_equal(doors->listener, "main");
	assert_true(doors->uid == UINT32_MAX);
	assert_logged(doors, "listening ");
}

static void everywhere_takes_ipv4_as_ipv4(void **state)
{
	struct listener_spec spec = { .name = "main", .address = "*" };
	struct doors *doors = *state;
	int fd;

	assert_int_equal(doors_apply(doors, &spec), 0);
	fd = doors_connect(doors_port(doors_only(doors)));
	doors_wait_for(doors, 1);
	close(fd);
	assert_int_equal(doors->address.family, ADDRESS_FAMILY_IPV4);
	assert_int_equal(doors->address.prefix, 32);
}

static void try_again(struct doors *doors)
{
	uint64_t deadline_ms = listeners_next_deadline(doors->listeners);

	assert_int_equal(loop_turn(doors->loop, deadline_ms), 0);
	assert_true(loop_now_ms(doors->loop) >= deadline_ms);
	listeners_tick(doors->listeners);
}

static void without_descriptors_accepting_pauses_with_one_warning(void **state)
{
	struct listener_spec spec = { .name = "main", .address = "127.0.0.1" };
	struct doors *doors = *state;
	struct rlimit old;
	int fd, next;

	assert_int_equal(doors_apply(doors, &spec), 0);
	fd = doors_connect(doors_port(doors_only(doors)));
	assert_logged(doors, "listening ");
	next = dup(fd);
	close(next);
	limit_files((rlim_t) next, &old);
	for (int i = 0; i < 3; i++) {
		uint64_t before_ms = loop_now_ms(doors->loop);

		doors_turn(doors);
		listeners_resume(doors->listeners); /* no descriptor has become free: ignored */
		try_again(doors);
		assert_true(loop_now_ms(doors->loop) >= before_ms + 100);
	}
	assert_logged(doors, "accept-paused ");
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	try_again(doors);
	assert_int_equal(doors->n_accepted, 1);
	assert_logged(doors, "accept-resumed ");
	assert_true(listeners_next_deadline(doors->listeners) == UINT64_MAX);
	close(fd);
}

static void that_nobody_waits_any_more_is_told(void **state)
{
	struct listener_spec spec = { .name = "main", .address = "127.0.0.1" };
	struct doors *doors = *state;

	assert_int_equal(doors_apply(doors, &spec), 0);
	assert_logged(doors, "listening ");
	doors->listeners->is_warned = true; /* as if the last waiting client was accepted since */
	doors->listeners->retry_ms = loop_now_ms(doors->loop) + 1;
	try_again(doors);
	assert_logged(doors, "accept-resumed ");
}

/* A client was accepted before, so a free descriptor is used at once. */
static void a_descriptor_that_becomes_free_is_used_at_once(void **state)
{
	struct listener_spec spec = { .name = "main", .address = "127.0.0.1" };
	struct doors *doors = *state;

	assert_int_equal(doors_apply(doors, &spec), 0);
	close(doors_connect(doors_port(doors_only(doors))));
	doors_wait_for(doors, 1);
	doors->listeners->is_paused = true; /* as after a failed accept4() */
	doors->listeners->retry_ms = UINT64_MAX - 1;
	assert_int_equal(loop_watch_change(doors->listeners->items[0]->watch, 0), 0);
	close(doors_connect(doors_port(doors_only(doors))));
	doors_turn(doors);
	assert_int_equal(doors->n_accepted, 1);
	listeners_resume(doors->listeners);
	doors_wait_for(doors, 2);
}

static void after_a_stop_nobody_is_accepted(void **state)
{
	struct listener_spec spec = { .name = "main", .address = "127.0.0.1" };
	struct doors *doors = *state;

	assert_int_equal(doors_apply(doors, &spec), 0);
	listeners_stop(doors->listeners);
	close(doors_connect(doors_port(doors_only(doors))));
	doors_turn(doors);
	doors_turn(doors);
	assert_int_equal(doors->n_accepted, 0);
}

/* As after a failed accept4(), with that time to the next try. */
static void pause_for(struct doors *doors, uint64_t ms)
{
	doors->listeners->is_paused = doors->listeners->is_deaf = true;
	doors->listeners->retry_ms = loop_now_ms(doors->loop) + ms;
	assert_int_equal(loop_watch_change(doors->listeners->items[0]->watch, 0), 0);
}

/* The loop's clock only advances with turns. */
static void it_is_tried_again_in_time(void **state)
{
	struct listener_spec spec = { .name = "main", .address = "127.0.0.1" };
	struct doors *doors = *state;
	uint64_t now_ms = loop_now_ms(doors->loop);

	assert_int_equal(doors_apply(doors, &spec), 0);
	close(doors_connect(doors_port(doors_only(doors))));
	pause_for(doors, 1);
	assert_true(listeners_next_deadline(doors->listeners) == now_ms + 1);
	listeners_tick(doors->listeners);
	assert_int_equal(doors->n_accepted, 0);
	pause_for(doors, 0);
	listeners_tick(doors->listeners);
	assert_int_equal(doors->n_accepted, 1);
	assert_true(listeners_next_deadline(doors->listeners) == UINT64_MAX);
	close(doors_connect(doors_port(doors_only(doors))));
	doors_wait_for(doors, 2); /* and from now on as usual */
}

/* It fails again, and ends again. */
static void run_out_of_files(struct doors *doors)
{
	struct rlimit old;
	int fd = doors_connect(doors_port(doors_only(doors))), next = dup(fd);
	int n_before = doors->n_accepted;

	close(next);
	limit_files((rlim_t) next, &old);
	doors_turn(doors);
	assert_int_equal(doors->n_accepted, n_before);
	assert_true(listeners_next_deadline(doors->listeners) == loop_now_ms(doors->loop) + 250);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	try_again(doors);
	assert_int_equal(doors->n_accepted, n_before + 1);
	close(fd);
}

static void that_it_fails_is_logged_once_a_minute(void **state)
{
	struct listener_spec spec = { .name = "main", .address = "127.0.0.1" };
	struct doors *doors = *state;

	assert_int_equal(doors_apply(doors, &spec), 0);
	assert_logged(doors, "listening ");
	run_out_of_files(doors);
	assert_logged(doors, "accept-paused accept-resumed ");
	run_out_of_files(doors);
	assert_logged(doors, "");
	doors->listeners->warned_ms = loop_now_ms(doors->loop) - 50000;
	run_out_of_files(doors);
	assert_logged(doors, "");
	doors->listeners->warned_ms = loop_now_ms(doors->loop) - 60000;
	run_out_of_files(doors);
	assert_logged(doors, "accept-paused accept-resumed ");
}

/* The loop's clock does not advance meanwhile. */
static void the_minute_is_exact(void **state)
{
	struct listener_spec spec = { .name = "main", .address = "127.0.0.1" };
	struct doors *doors = *state;
	struct rlimit old;
	int fd, next;

	assert_int_equal(doors_apply(doors, &spec), 0);
	assert_logged(doors, "listening ");
	fd = doors_connect(doors_port(doors_only(doors)));
	next = dup(fd);
	close(next);
	limit_files((rlim_t) next, &old);
	doors->listeners->warned_ms = loop_now_ms(doors->loop) - 59999;
	listener_accept(doors->listeners->items[0], EPOLLIN);
	assert_logged(doors, "");
	doors->listeners->warned_ms = loop_now_ms(doors->loop) - 60000;
	listener_accept(doors->listeners->items[0], EPOLLIN);
	assert_logged(doors, "accept-paused ");
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	close(fd);
}

static void a_crowd_comes_in_by_and_by(void **state)
{
	struct listener_spec spec = { .name = "main", .address = "127.0.0.1" };
	struct doors *doors = *state;
	int fds[70];

	assert_int_equal(doors_apply(doors, &spec), 0);
	for (int i = 0; i < 70; i++)
		fds[i] = doors_connect(doors_port(doors_only(doors)));
	doors_turn(doors);
	assert_int_equal(doors->n_accepted, 64);
	doors_turn(doors);
	assert_int_equal(doors->n_accepted, 70);
	for (int i = 0; i < 70; i++)
		close(fds[i]);
}

static void a_socket_says_where_its_peer_is(void **state)
{
	struct listener_spec spec = { .name = "main", .address = "127.0.0.1" };
	struct doors *doors = *state;
	struct address address = { 0 };
	char text[ADDRESS_TEXT_BYTES];
	int fd, null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	assert_int_equal(doors_apply(doors, &spec), 0);
	fd = doors_connect(doors_port(doors_only(doors)));
	assert_true(listeners_peer(fd, &address));
	address_format(&address, text);
	assert_string_equal(text, "127.0.0.1");
	assert_int_equal(address.port, doors_port(doors_only(doors)));
	assert_false(listeners_peer(null, &address));
	assert_true(listeners_peer_uid(null) == UINT32_MAX);
	close(fd);
	close(null);
}

static uint16_t port_of(int fd)
{
	struct sockaddr_in address;
	socklen_t length = sizeof(address);

	assert_int_equal(getsockname(fd, (struct sockaddr *) &address, &length), 0);
	return ntohs(address.sin_port);
}

/* tcp(7), TCP_DEFER_ACCEPT: the kernel shows the silent client after a second. */
static void where_clients_speak_first_those_that_do_come_first(void **state)
{
	struct listener_spec spec = { .name = "main", .address = "127.0.0.1" };
	struct doors *doors = *state;
	int silent, eager;

	listeners_await_input(doors->listeners);
	assert_int_equal(doors_apply(doors, &spec), 0);
	silent = doors_connect(doors_port(doors_only(doors)));
	eager = doors_connect(doors_port(doors_only(doors)));
	assert_int_equal(send(eager, "NICK ana\r\n", 10, MSG_NOSIGNAL), 10);
	doors_wait_for(doors, 1);
	assert_int_equal(doors->address.port, port_of(eager));
	doors_wait_for(doors, 2);
	assert_int_equal(doors->address.port, port_of(silent));
	close(silent);
	close(eager);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, doors_setup, doors_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tcp_clients_are_handed_on),
		TEST(everywhere_takes_ipv4_as_ipv4),
		TEST(without_descriptors_accepting_pauses_with_one_warning),
		TEST(that_nobody_waits_any_more_is_told),
		TEST(a_descriptor_that_becomes_free_is_used_at_once),
		TEST(after_a_stop_nobody_is_accepted),
		TEST(it_is_tried_again_in_time),
		TEST(that_it_fails_is_logged_once_a_minute),
		TEST(the_minute_is_exact),
		TEST(a_crowd_comes_in_by_and_by),
		TEST(a_socket_says_where_its_peer_is),
		TEST(where_clients_speak_first_those_that_do_come_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
