/* Reading datagrams, and answering some. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "doors.h"
#include "proto/notification.h"

#define PATH_OF_ANSWERS "answers"

static void close_descriptor(int *fd)
{
	close(*fd);
}

static uint16_t open_udp(struct doors *doors, uint32_t rate)
{
	struct listener_spec spec = {
		.name = "notify", .address = "127.0.0.1", .is_datagram = true, .rate = rate
	};

	assert_int_equal(doors_apply(doors, &spec), 0);
	assert_logged(doors, "listening ");
	return doors_port(doors_only(doors));
}

static void open_unix(struct doors *doors)
{
	struct listener_spec spec = { .name = "notify",
		.path = doors->path,
		.mode = 0600,
		.is_datagram = true,
		.rate = 1000 };

	assert_int_equal(doors_apply(doors, &spec), 0);
}

static void send_many(int fd, uint16_t port, int count)
{
	for (int i = 0; i < count; i++)
		assert_int_equal(doors_send(fd, port, "x", 1), 1);
}

static void assert_text(struct doors *doors, const char *text)
{
	assert_string_equal(buffer_text(&doors->text), text);
	assert_int_equal(doors->text.length, strlen(text));
	assert_false(doors->is_too_long);
}

/* NULL: there is no answer. */
static void assert_answer(int fd, const char *text)
{
	char bytes[2 * LISTENERS_ANSWER_BYTES];
	ssize_t length = recv(fd, bytes, sizeof(bytes) - 1, MSG_DONTWAIT);

	if (!text) {
		assert_int_equal(length, -1);
		assert_int_equal(errno, EAGAIN);
		return;
	}
	assert_true(length >= 0);
	bytes[length] = '\0';
	assert_string_equal(bytes, text);
}

static int connect_unix(const struct doors *doors, int fd)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", doors->path);
	return connect(fd, (struct sockaddr *) &address, sizeof(address));
}

static void a_datagram_is_handed_on(void **state)
{
	struct doors *doors = *state;
	uint16_t port = open_udp(doors, 1000);
	CLEANUP(close_descriptor) int fd = doors_udp();
	struct sockaddr_in own;
	socklen_t length = sizeof(own);
	char text[ADDRESS_TEXT_BYTES];

	assert_int_equal(doors_send(fd, port, "#c hello", 8), 8);
	doors_turn(doors);
	assert_int_equal(doors->n_datagrams, 1);
	assert_text(doors, "#c hello");
	assert_string_equal(doors->listener, "notify");
	address_format(&doors->address, text);
	assert_string_equal(text, "127.0.0.1");
	assert_int_equal(getsockname(fd, (struct sockaddr *) &own, &length), 0);
	assert_int_equal(doors->address.port, ntohs(own.sin_port));
	assert_true(listeners_next_deadline(doors->listeners) == UINT64_MAX);
}

static void send_ipv6(uint16_t port)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6,
		.sin6_port = htons(port),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT };
	CLEANUP(close_descriptor) int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	assert_int_equal(sendto(fd, "six", 3, 0, (struct sockaddr *) &address, sizeof(address)), 3);
}

static void everywhere_takes_both_families(void **state)
{
	struct doors *doors = *state;
	struct listener_spec spec = {
		.name = "notify", .address = "*", .is_datagram = true, .rate = 1000
	};
	CLEANUP(close_descriptor) int fd = doors_udp();
	uint16_t port;

	assert_int_equal(doors_apply(doors, &spec), 0);
	port = doors_port(doors_only(doors));
	assert_int_equal(doors_send(fd, port, "four", 4), 4);
	doors_turn(doors);
	assert_text(doors, "four");
	assert_int_equal(doors->address.family, ADDRESS_FAMILY_IPV4);
	send_ipv6(port);
	doors_turn(doors);
	assert_text(doors, "six");
	assert_int_equal(doors->address.family, ADDRESS_FAMILY_IPV6);
}

static void a_datagram_without_bytes_is_handed_on(void **state)
{
	struct doors *doors = *state;
	uint16_t port = open_udp(doors, 1000);
	CLEANUP(close_descriptor) int fd = doors_udp();

	assert_int_equal(doors_send(fd, port, "", 0), 0);
	assert_int_equal(doors_send(fd, port, "", 0), 0);
	doors_turn(doors);
	assert_int_equal(doors->n_datagrams, 2);
	assert_text(doors, "");
}

static void what_is_longer_than_allowed_is_cut_and_reported(void **state)
{
	static const char bytes[65507];
	struct doors *doors = *state;
	uint16_t port = open_udp(doors, 1000);
	CLEANUP(close_descriptor) int fd = doors_udp();
	static const size_t too_long[] = { NOTIFICATION_BYTES + 1, sizeof(bytes) };

	assert_int_equal(doors_send(fd, port, bytes, NOTIFICATION_BYTES), NOTIFICATION_BYTES);
	doors_turn(doors);
	assert_int_equal(doors->text.length, NOTIFICATION_BYTES);
	assert_false(doors->is_too_long);
	for (size_t i = 0; i < ARRAY_LENGTH(too_long); i++) {
		assert_int_equal(doors_send(fd, port, bytes, too_long[i]), too_long[i]);
		doors_turn(doors);
		assert_int_equal(doors->text.length, NOTIFICATION_BYTES);
		assert_true(doors->is_too_long);
		doors->is_too_long = false;
	}
	assert_int_equal(doors->n_datagrams, 3);
}

static void many_are_read_by_and_by(void **state)
{
	struct doors *doors = *state;
	uint16_t port = open_udp(doors, 1000);
	CLEANUP(close_descriptor) int fd = doors_udp();

	send_many(fd, port, 70);
	doors_turn(doors);
	assert_int_equal(doors->n_datagrams, 64);
	doors_turn(doors);
	assert_int_equal(doors->n_datagrams, 70);
}

/* As the server does: a turn until the deadline, then the tick, then the turn that reads. */
static void rest(struct doors *doors)
{
	uint64_t deadline_ms = listeners_next_deadline(doors->listeners);

	assert_true(deadline_ms != UINT64_MAX);
	while (loop_now_ms(doors->loop) < deadline_ms)
		assert_int_equal(loop_turn(doors->loop, deadline_ms), 0);
	listeners_tick(doors->listeners);
	doors_turn(doors);
}

static void no_more_are_read_than_the_rate_allows(void **state)
{
	struct doors *doors = *state;
	uint16_t port = open_udp(doors, 5);
	CLEANUP(close_descriptor) int fd = doors_udp();
	uint64_t begin_ms;

	send_many(fd, port, 9);
	doors_turn(doors);
	begin_ms = loop_now_ms(doors->loop);
	assert_int_equal(doors->n_datagrams, 5);
	doors_turn(doors);
	assert_int_equal(doors->n_datagrams, 5);
	rest(doors);
	assert_int_equal(doors->n_datagrams, 6);
	assert_true(loop_now_ms(doors->loop) >= begin_ms + 200);
	rest(doors);
	assert_int_equal(doors->n_datagrams, 7);
	assert_true(loop_now_ms(doors->loop) >= begin_ms + 400);
}

/* White box: the listener seems not to have read since the machine was started. */
static void what_was_not_used_lasts_a_second(void **state)
{
	struct doors *doors = *state;
	uint16_t port = open_udp(doors, 3);
	CLEANUP(close_descriptor) int fd = doors_udp();

	doors->listeners->items[0]->full_ns = 1;
	send_many(fd, port, 5);
	doors_turn(doors);
	assert_int_equal(doors->n_datagrams, 3);
}

/* The rest is at least 20 ms, so that one turn of a fast listener reads several datagrams. */
static void a_fast_listener_rests_a_moment(void **state)
{
	struct doors *doors = *state;
	uint16_t port = open_udp(doors, 50);
	CLEANUP(close_descriptor) int fd = doors_udp();

	send_many(fd, port, 60);
	doors_turn(doors);
	assert_int_equal(doors->n_datagrams, 50);
	assert_true(listeners_next_deadline(doors->listeners) == loop_now_ms(doors->loop) + 20);
	listeners_tick(doors->listeners);
	doors_turn(doors);
	assert_int_equal(doors->n_datagrams, 50);
}

/* White box: as if it had rested since then. */
static void a_rest_has_an_end(void **state)
{
	struct doors *doors = *state;
	struct listener *listener;

	(void) open_udp(doors, 50);
	listener = doors->listeners->items[0];
	listener->rest_ms = doors->listeners->rested_ms = loop_now_ms(doors->loop);
	assert_true(listeners_next_deadline(doors->listeners) == loop_now_ms(doors->loop));
	listeners_tick(doors->listeners);
	assert_true(listeners_next_deadline(doors->listeners) == UINT64_MAX);
	assert_int_equal(listener->rest_ms, 0);
	listener->rest_ms = loop_now_ms(doors->loop) + 1;
	doors->listeners->rested_ms = loop_now_ms(doors->loop);
	listeners_tick(doors->listeners);
	assert_true(listeners_next_deadline(doors->listeners) == loop_now_ms(doors->loop) + 1);
}

static void one_without_a_rate_is_not_read(void **state)
{
	struct doors *doors = *state;
	struct listener_spec spec = {
		.name = "notify", .address = "127.0.0.1", .is_datagram = true
	};
	CLEANUP(close_descriptor) int fd = doors_udp();

	assert_int_equal(doors_apply(doors, &spec), 0);
	send_many(fd, doors_port(doors_only(doors)), 1);
	doors_turn(doors);
	assert_int_equal(doors->n_datagrams, 0);
	spec.rate = 7; /* after a reload */
	assert_int_equal(doors_apply(doors, &spec), 0);
	doors_turn(doors);
	assert_int_equal(doors->n_datagrams, 1);
}

static void after_a_stop_none_are_read(void **state)
{
	struct doors *doors = *state;
	uint16_t port = open_udp(doors, 2);
	CLEANUP(close_descriptor) int fd = doors_udp();

	send_many(fd, port, 3);
	doors_turn(doors);
	listeners_stop(doors->listeners);
	assert_true(listeners_next_deadline(doors->listeners) == UINT64_MAX);
	usleep(600000);
	doors_turn(doors);
	listeners_tick(doors->listeners);
	doors_turn(doors);
	assert_int_equal(doors->n_datagrams, 2);
}

/* White box: as after accept4() has failed. */
static void without_descriptors_datagrams_are_read(void **state)
{
	struct doors *doors = *state;
	uint16_t port = open_udp(doors, 1000);
	CLEANUP(close_descriptor) int fd = doors_udp();

	doors->listeners->is_paused = true;
	doors->listeners->retry_ms = loop_now_ms(doors->loop);
	listener_watch_all(doors->listeners);
	send_many(fd, port, 1);
	doors_turn(doors);
	assert_int_equal(doors->n_datagrams, 1);
	send_many(fd, port, 1);
	listeners_tick(doors->listeners); /* calls no accept4() on a datagram socket */
	assert_int_equal(doors->n_accepted, 0);
	doors_turn(doors);
	assert_int_equal(doors->n_datagrams, 2);
}

/* White box: the listener may read one datagram again, without waiting a second. */
static void flood(struct doors *doors, int fd)
{
	struct listener *listener = doors->listeners->items[0];

	send_many(fd, doors_port(listener), 500);
	listener->full_ns = listener->rest_ms = 0;
	assert_int_equal(listener_watch(listener), 0);
	doors_turn(doors);
}

static void what_the_kernel_drops_is_counted_and_logged(void **state)
{
	struct doors *doors = *state;
	struct datagram_counts counts;
	CLEANUP(close_descriptor) int fd = doors_udp();
	int little = 0, listening_fd, n_logged;

	(void) open_udp(doors, 1);
	listening_fd = listeners_fd(doors->listeners, 0);
	assert_int_equal(
		setsockopt(listening_fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof(little)), 0);
	flood(doors, fd);
	assert_true(listeners_count_datagrams(doors->listeners, 0, &counts));
	assert_string_equal(counts.listener, "notify");
	assert_int_equal(counts.n_taken, 1);
	assert_true(counts.n_dropped > 400 && counts.n_dropped < 500);
	assert_logged(doors, "datagrams-dropped ");
	flood(doors, fd);
	assert_true(listeners_count_datagrams(doors->listeners, 0, &counts));
	assert_int_equal(counts.n_taken, 2);
	assert_true(counts.n_dropped > 900 && counts.n_dropped < 1000);
	n_logged = atoi(buffer_text(&doors->reason));
	assert_logged(doors, ""); /* once a minute */
	doors->listeners->items[0]->warned_ms = loop_now_ms(doors->loop) - 60000;
	flood(doors, fd);
	assert_logged(doors, "datagrams-dropped ");
	n_logged += atoi(buffer_text(&doors->reason));
	assert_true(listeners_count_datagrams(doors->listeners, 0, &counts));
	assert_int_equal(n_logged, counts.n_dropped); /* each in one entry */
}

/* Systemd opened the socket before papod took it. */
static void what_was_dropped_before_does_not_count(void **state)
{
	struct doors *doors = *state;
	struct datagram_counts counts;
	CLEANUP(close_descriptor) int fd = doors_udp();
	struct sockaddr_in address;
	socklen_t length = sizeof(address);
	int little = 0, passed = doors_udp();

	assert_int_equal(setsockopt(passed, SOL_SOCKET, SO_RCVBUF, &little, sizeof(little)), 0);
	assert_int_equal(getsockname(passed, (struct sockaddr *) &address, &length), 0);
	send_many(fd, ntohs(address.sin_port), 500);
	assert_int_equal(listeners_take(doors->listeners, passed, "papod.socket"), 0);
	assert_true(listeners_count_datagrams(doors->listeners, 0, &counts));
	assert_int_equal(counts.n_dropped, 0);
}

static void streams_have_no_datagrams_to_count(void **state)
{
	struct listener_spec spec = { .name = "main", .address = "127.0.0.1" };
	struct datagram_counts counts;
	struct doors *doors = *state;

	assert_int_equal(doors_apply(doors, &spec), 0);
	assert_false(listeners_count_datagrams(doors->listeners, 0, &counts));
}

static void a_sender_on_loopback_gets_its_answer(void **state)
{
	struct doors *doors = *state;
	uint16_t port = open_udp(doors, 1000);
	CLEANUP(close_descriptor) int fd = doors_udp();

	doors->answer = "ok";
	send_many(fd, port, 1);
	doors_turn(doors);
	assert_answer(fd, "ok");
	assert_answer(fd, NULL);
	listeners_answer(doors->listeners, "late", 4);
	assert_answer(fd, NULL);
}

static void an_answer_is_short(void **state)
{
	struct doors *doors = *state;
	uint16_t port = open_udp(doors, 1000);
	CLEANUP(close_descriptor) int fd = doors_udp();
	char text[LISTENERS_ANSWER_BYTES + 2];

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	doors->answer = text;
	send_many(fd, port, 1);
	doors_turn(doors);
	text[LISTENERS_ANSWER_BYTES] = '\0';
	assert_answer(fd, text);
}

/* Bind a socket with the exact length of the name. */
static int bind_named(const char *name, size_t length)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	assert_true(fd >= 0);
	memcpy(address.sun_path, name, length);
	assert_int_equal(bind(fd, (struct sockaddr *) &address,
				 (socklen_t) (offsetof(struct sockaddr_un, sun_path) + length)),
		0);
	return fd;
}

static void say_and_expect(struct doors *doors, int fd, const char *answer)
{
	int before = doors->n_datagrams;

	assert_int_equal(connect_unix(doors, fd), 0);
	assert_int_equal(send(fd, "hello", 5, 0), 5);
	doors_turn(doors);
	assert_int_equal(doors->n_datagrams, before + 1);
	assert_text(doors, "hello");
	assert_int_equal(doors->address.family, ADDRESS_FAMILY_UNIX);
	assert_answer(fd, answer);
	close(fd);
}

static void a_unix_sender_with_a_name_gets_its_answer(void **state)
{
	struct doors *doors = *state;
	char path[80];

	open_unix(doors);
	doors->answer = "ok";
	snprintf(path, sizeof(path), "%s/" PATH_OF_ANSWERS, doors->directory);
	say_and_expect(doors, bind_named(path, strlen(path)), "ok");
	unlink(path);
	say_and_expect(doors, bind_named("", 0), "ok"); /* abstract, which the kernel chooses */
}

/* The first sender's name is left in the memory into which the others are read. */
static void a_unix_sender_without_a_name_gets_none(void **state)
{
	struct doors *doors = *state;
	char before[256];

	open_unix(doors);
	doors->answer = "ok";
	say_and_expect(doors, bind_named("", 0), "ok");
	say_and_expect(doors, socket(AF_UNIX, SOCK_DGRAM, 0), NULL);
	assert_non_null(getcwd(before, sizeof(before)));
	assert_int_equal(chdir(doors->directory), 0);
	say_and_expect(doors, bind_named(PATH_OF_ANSWERS, strlen(PATH_OF_ANSWERS)), NULL);
	unlink(PATH_OF_ANSWERS);
	assert_int_equal(chdir(before), 0);
}

static bool is_answerable(const char *address, uint16_t port)
{
	struct listener_spec spec = { .address = address, .port = port };
	struct buffer reason = { 0 };
	struct target target;

	assert_true(target_resolve(&spec, &target, &reason));
	return target_is_answerable(&target);
}

static void nothing_goes_to_another_machine(void **state)
{
	(void) state;
	assert_true(is_answerable("127.0.0.1", 1));
	assert_true(is_answerable("127.255.0.9", 1));
	assert_true(is_answerable("::1", 1));
	assert_true(is_answerable("::ffff:127.0.0.1", 1));
	assert_false(is_answerable("127.0.0.1", 0));
	assert_false(is_answerable("128.0.0.1", 1));
	assert_false(is_answerable("192.0.2.1", 1));
	assert_false(is_answerable("0.0.0.0", 1));
	assert_false(is_answerable("::", 1));
	assert_false(is_answerable("::ffff:192.0.2.1", 1));
	assert_false(is_answerable("2001:db8::1", 1));
	assert_false(is_answerable("fe80::1", 1));
}

static void take_with_errors(struct doors *doors, int *ret_fd)
{
	int yes = 1, fd = doors_udp();

	assert_int_equal(setsockopt(fd, IPPROTO_IP, IP_RECVERR, &yes, sizeof(yes)), 0);
	assert_int_equal(listeners_take(doors->listeners, fd, "notify"), 0);
	*ret_fd = fd;
}

/* The socket stays ready while its queue of errors, which systemd may have enabled, is not
 * empty. */
static void errors_do_not_keep_the_loop_busy(void **state)
{
	struct doors *doors = *state;
	struct listener_spec spec = {
		.name = "notify", .address = "127.0.0.1", .is_datagram = true, .rate = 1000
	};
	uint64_t begin_ms, begin_turns;
	int fd;

	take_with_errors(doors, &fd);
	spec.port = doors_port(doors_only(doors));
	assert_int_equal(doors_apply(doors, &spec), 0);
	doors->answer = "to a port that is closed";
	fd = doors_udp();
	send_many(fd, spec.port, 1);
	close(fd);
	begin_ms = loop_clock_ms();
	begin_turns = loop_turns(doors->loop);
	while (loop_clock_ms() < begin_ms + 100) {
		listeners_tick(doors->listeners);
		assert_int_equal(loop_turn(doors->loop, begin_ms + 100), 0);
	}
	assert_int_equal(doors->n_datagrams, 1);
	assert_true(loop_turns(doors->loop) < begin_turns + 20);
	doors->answer = NULL;
	fd = doors_udp();
	send_many(fd, spec.port, 1);
	for (int i = 0; i < 3 && doors->n_datagrams < 2; i++)
		rest(doors);
	assert_int_equal(doors->n_datagrams, 2);
	close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, doors_setup, doors_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_datagram_is_handed_on),
		TEST(everywhere_takes_both_families),
		TEST(a_datagram_without_bytes_is_handed_on),
		TEST(what_is_longer_than_allowed_is_cut_and_reported),
		TEST(many_are_read_by_and_by),
		TEST(no_more_are_read_than_the_rate_allows),
		TEST(what_was_not_used_lasts_a_second),
		TEST(a_fast_listener_rests_a_moment),
		TEST(a_rest_has_an_end),
		TEST(one_without_a_rate_is_not_read),
		TEST(after_a_stop_none_are_read),
		TEST(without_descriptors_datagrams_are_read),
		TEST(what_the_kernel_drops_is_counted_and_logged),
		TEST(what_was_dropped_before_does_not_count),
		TEST(streams_have_no_datagrams_to_count),
		TEST(a_sender_on_loopback_gets_its_answer),
		TEST(an_answer_is_short),
		TEST(a_unix_sender_with_a_name_gets_its_answer),
		TEST(a_unix_sender_without_a_name_gets_none),
		cmocka_unit_test(nothing_goes_to_another_machine),
		TEST(errors_do_not_keep_the_loop_busy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
