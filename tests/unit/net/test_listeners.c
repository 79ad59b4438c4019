/* Sockets that systemd passes in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "doors.h"

static int listen_ipv4(void)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *) &address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 8), 0);
	return fd;
}

static void a_passed_socket_serves_without_another_word(void **state)
{
	struct doors *doors = *state;
	char fields[128];

	assert_int_equal(listeners_take(doors->listeners, listen_ipv4(), "papod.socket"), 0);
	assert_int_equal(listeners_apply(doors->listeners, NULL, 0), 0);
	close(doors_connect(doors_port(doors_only(doors))));
	doors_wait_for(doors, 1);
	assert_string_equal(doors->listener, "papod.socket");
	assert_logged(doors, "listening ");
	snprintf(fields, sizeof(fields), "LISTENER=papod.socket ADDRESS=%s ORIGIN=systemd ",
		doors_only(doors)->where);
	assert_string_equal(doors->fields.bytes, fields);
}

/* Clients from before papod owned the listener have not inherited the options. */
static void clients_of_tcp_inherit_what_their_sockets_need(void **state)
{
	struct doors *doors = *state;
	int passed = listen_ipv4();
	struct sockaddr_in address;
	socklen_t length = sizeof(address);
	int early;

	assert_int_equal(getsockname(passed, (struct sockaddr *) &address, &length), 0);
	early = doors_connect(ntohs(address.sin_port));
	assert_int_equal(listeners_take(doors->listeners, passed, "papod.socket"), 0);
	doors_wait_for(doors, 1);
	assert_false(doors->has_inherited);
	close(early);
	close(doors_connect(ntohs(address.sin_port)));
	doors_wait_for(doors, 2);
	assert_true(doors->has_inherited);
	assert_true(doors->nodelay);
	assert_true(doors->oobinline);
}

static void clients_of_unix_sockets_inherit_nothing(void **state)
{
	const struct listener_spec spec = { .name = "here", .mode = 0600 };
	struct doors *doors = *state;
	struct listener_spec there = spec;

	there.path = doors->path;
	assert_int_equal(doors_apply(doors, &there), 0);
	for (int i = 1; i <= 2; i++) {
		close(doors_connect_unix(doors->path));
		doors_wait_for(doors, i);
		assert_false(doors->has_inherited);
	}
}

static void a_passed_socket_gets_the_name_of_its_spec(void **state)
{
	struct listener_spec spec = { .name = "main", .address = "127.0.0.1" };
	struct doors *doors = *state;

	assert_int_equal(listeners_take(doors->listeners, listen_ipv4(), "papod.socket"), 0);
	spec.port = doors_port(doors_only(doors));
	assert_int_equal(doors_apply(doors, &spec), 0);
	assert_string_equal(doors_only(doors)->name, "main");
	assert_int_equal(listeners_apply(doors->listeners, NULL, 0), 0);
	assert_string_equal(doors_only(doors)->name, "papod.socket");
}

static void a_passed_unix_socket_is_known_by_its_path(void **state)
{
	struct doors *doors = *state;
	struct listener_spec spec = { .name = "local", .path = doors->path, .mode = 0600 };
	CLEANUP(buffer_done) struct buffer text = { 0 };
	int fd = doors_bind_unix(doors->path, SOCK_STREAM);

	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(listeners_take(doors->listeners, fd, "papod.socket"), 0);
	assert_int_equal(doors_apply(doors, &spec), 0);
	assert_string_equal(doors_only(doors)->name, "local");
	listeners_describe(doors->listeners, &text);
	assert_string_equal(text.bytes, doors->path);
	close(doors_connect_unix(doors->path));
	doors_wait_for(doors, 1);
}

static int listen_ipv6(bool is_dual)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6 };
	int fd = socket(AF_INET6, SOCK_STREAM, 0), only = !is_dual;

	if (fd < 0 || bind(fd, (struct sockaddr *) &address, sizeof(address)) < 0)
		skip(); /* a machine without IPv6 */
	close(fd);
	fd = socket(AF_INET6, SOCK_STREAM, 0);
	assert_int_equal(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof(only)), 0);
	assert_int_equal(bind(fd, (struct sockaddr *) &address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 8), 0);
	return fd;
}

/* A dual stack socket serves "*", or "0.0.0.0" and "::" as two listeners. */
static void a_dual_stack_socket_serves_both(void **state)
{
	static const char *const addresses[] = { "*", "0.0.0.0", "::" };
	struct listener_spec spec = { .name = "main" };
	struct doors *doors = *state;

	assert_int_equal(listeners_take(doors->listeners, listen_ipv6(true), "passed"), 0);
	spec.port = doors_port(doors_only(doors));
	for (size_t i = 0; i < ARRAY_LENGTH(addresses); i++) {
		spec.address = addresses[i];
		assert_int_equal(doors_apply(doors, &spec), 0);
		assert_string_equal(doors_only(doors)->name, "main");
	}
	close(doors_connect(spec.port));
	doors_wait_for(doors, 1);
	assert_int_equal(doors->address.family, ADDRESS_FAMILY_IPV4);
}

static void an_ipv6_socket_is_for_ipv6_only(void **state)
{
	struct listener_spec spec = { .name = "main", .address = "0.0.0.0" };
	struct doors *doors = *state;

	assert_int_equal(listeners_take(doors->listeners, listen_ipv6(false), "passed"), 0);
	spec.port = doors_port(doors_only(doors));
	doors_apply(doors, &spec);
	assert_string_equal(doors->listeners->items[0]->name, "passed");
	spec.address = "::";
	assert_int_equal(doors_apply(doors, &spec), 0);
	assert_string_equal(doors_only(doors)->name, "main");
}

static void an_abstract_socket_is_served_too(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	CLEANUP(buffer_done) struct buffer text = { 0 };
	struct doors *doors = *state;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	/* No name: the kernel picks one. */
	assert_int_equal(bind(fd, (struct sockaddr *) &address, sizeof(sa_family_t)), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(listeners_take(doors->listeners, fd, "passed"), 0);
	assert_int_equal(listeners_take(doors->listeners, listen_ipv4(), "passed"), 0);
	listeners_describe(doors->listeners, &text);
	assert_int_equal(text.bytes[0], '@');
	assert_non_null(strstr(text.bytes, " 127.0.0.1:"));
}

static void apply_datagram(struct doors *doors, uint16_t port)
{
	struct listener_spec spec = {
		.name = "notify",
		.address = "127.0.0.1",
		.port = port,
		.is_datagram = true,
		.rate = 100,
	};

	assert_int_equal(doors_apply(doors, &spec), 0);
}

static void a_passed_socket_of_datagrams_is_read_when_a_spec_names_it(void **state)
{
	CLEANUP(buffer_done) struct buffer unnamed = { 0 };
	struct doors *doors = *state;
	int fd = doors_udp();
	uint16_t port;

	assert_int_equal(listeners_take(doors->listeners, doors_udp(), "papod.socket"), 0);
	port = doors_port(doors_only(doors));
	assert_int_equal(doors_send(fd, port, "early", 5), 5);
	doors_turn(doors);
	assert_int_equal(listeners_apply(doors->listeners, NULL, 0), 0);
	assert_int_equal(listeners_retry(doors->listeners, NULL, 0), 0);
	doors_turn(doors);
	assert_int_equal(doors->n_datagrams, 0);
	assert_logged(doors, "listening datagrams-unread ");
	listeners_describe_unnamed(doors->listeners, true, &unnamed);
	assert_string_equal(buffer_text(&unnamed), doors_only(doors)->where);
	assert_non_null(strstr(unnamed.bytes, "/udp"));
	apply_datagram(doors, port);
	doors_turn(doors);
	assert_int_equal(doors->n_datagrams, 1);
	assert_string_equal(doors->listener, "notify");
	assert_string_equal(buffer_text(&doors->text), "early");
	assert_int_equal(doors_send(fd, port, "late", 4), 4);
	assert_int_equal(listeners_apply(doors->listeners, NULL, 0), 0);
	doors_turn(doors);
	assert_int_equal(doors->n_datagrams, 1); /* no one may use it any more */
	assert_logged(doors, "datagrams-unread ");
	close(fd);
}

static void a_passed_unix_socket_of_datagrams_is_known_by_its_path(void **state)
{
	CLEANUP(buffer_done) struct buffer unnamed = { 0 };
	struct doors *doors = *state;
	struct listener_spec spec = {
		.name = "notify", .path = doors->path, .is_datagram = true, .rate = 100
	};
	int fd = doors_bind_unix(doors->path, SOCK_DGRAM);

	assert_int_equal(listeners_take(doors->listeners, fd, "papod.socket"), 0);
	listeners_describe_unnamed(doors->listeners, false, &unnamed);
	assert_string_equal(buffer_text(&unnamed), doors->path);
	assert_int_equal(doors_apply(doors, &spec), 0);
	assert_string_equal(doors_only(doors)->name, "notify");
	buffer_clear(&unnamed);
	listeners_describe_unnamed(doors->listeners, false, &unnamed);
	assert_string_equal(buffer_text(&unnamed), "");
}

static void a_passed_socket_of_streams_takes_no_datagrams(void **state)
{
	struct doors *doors = *state;

	assert_int_equal(listeners_take(doors->listeners, listen_ipv4(), "papod.socket"), 0);
	apply_datagram(doors, doors_port(doors_only(doors)));
	assert_int_equal(listeners_count(doors->listeners), 2);
	assert_string_equal(doors->listeners->items[0]->name, "papod.socket");
	assert_string_equal(doors->listeners->items[1]->name, "notify");
}

static void other_kinds_of_sockets_are_refused(void **state)
{
	struct doors *doors = *state;
	int pair[2];

	assert_int_equal(listeners_take(doors->listeners, socket(AF_UNIX, SOCK_SEQPACKET, 0), "a"),
		-EPROTOTYPE);
	assert_int_equal(listeners_take(doors->listeners, socket(AF_INET, SOCK_STREAM, 0), "a"),
		-EOPNOTSUPP);
	assert_int_equal(pipe(pair), 0);
	assert_int_equal(listeners_take(doors->listeners, pair[0], "a"), -ENOTSOCK);
	close(pair[1]);
	assert_int_equal(listeners_count(doors->listeners), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, doors_setup, doors_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_passed_socket_serves_without_another_word),
		TEST(clients_of_tcp_inherit_what_their_sockets_need),
		TEST(clients_of_unix_sockets_inherit_nothing),
		TEST(a_passed_socket_gets_the_name_of_its_spec),
		TEST(a_passed_unix_socket_is_known_by_its_path),
		TEST(a_dual_stack_socket_serves_both),
		TEST(an_ipv6_socket_is_for_ipv6_only),
		TEST(an_abstract_socket_is_served_too),
		TEST(a_passed_socket_of_datagrams_is_read_when_a_spec_names_it),
		TEST(a_passed_unix_socket_of_datagrams_is_known_by_its_path),
		TEST(a_passed_socket_of_streams_takes_no_datagrams),
		TEST(other_kinds_of_sockets_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
