/* Opening listening sockets, and explaining failures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "doors.h"

static void explain(const struct listener_spec *spec, int error, struct buffer *out)
{
	struct target target;
	struct buffer reason = { 0 };

	assert_true(target_resolve(spec, &target, &reason));
	buffer_done(&reason);
	buffer_clear(out);
	target_explain(&target, spec, error, out);
}

static void a_name_is_no_address(void **state)
{
	struct listener_spec spec = { .name = "main", .address = "no such name" };
	struct doors *doors = *state;

	assert_int_equal(doors_apply(doors, &spec), 1);
	assert_logged(doors, "listen-failed ");
	assert_non_null(strstr(doors->reason.bytes, "no such name is not an address; "));
	assert_non_null(strstr(doors->reason.bytes, "write an IPv4 or IPv6 address"));
}

static void a_unix_socket_has_its_permissions_and_knows_the_user(void **state)
{
	struct doors *doors = *state;
	struct listener_spec spec = { .name = "local", .path = doors->path, .mode = 0620 };
	mode_t mask = umask(0777);
	struct stat status;
	char group[16];
	int fd;

	snprintf(group, sizeof(group), "%u", (unsigned int) getegid());
	spec.group = group;
	assert_int_equal(doors_apply(doors, &spec), 0);
	umask(mask);
	assert_int_equal(stat(doors->path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0620);
	fd = doors_connect_unix(doors->path);
	doors_wait_for(doors, 1);
	close(fd);
	assert_int_equal(doors->address.family, ADDRESS_FAMILY_UNIX);
	assert_int_equal(doors->uid, getuid());
	spec.mode = 0600;
	assert_int_equal(doors_apply(doors, &spec), 0);
	assert_int_equal(stat(doors->path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_int_equal(listeners_apply(doors->listeners, NULL, 0), 0);
	assert_int_equal(access(doors->path, F_OK), -1);
	assert_logged(doors, "listening listener-closed ");
}

static void a_group_that_does_not_exist_is_explained(void **state)
{
	struct doors *doors = *state;
	struct listener_spec spec = {
		.name = "local", .path = doors->path, .mode = 0600, .group = "no such group"
	};

	assert_int_equal(doors_apply(doors, &spec), 1);
	assert_string_equal(doors->reason.bytes,
		"group \"no such group\": there is no such group; create it, or change group");
	assert_int_equal(access(doors->path, F_OK), -1);
}

static void a_dead_servers_socket_is_replaced(void **state)
{
	struct doors *doors = *state;
	struct listener_spec spec = { .name = "local", .path = doors->path, .mode = 0600 };

	close(doors_bind_unix(doors->path, SOCK_STREAM));
	assert_int_equal(doors_apply(doors, &spec), 0);
	close(doors_connect_unix(doors->path));
	doors_wait_for(doors, 1);
}

static void a_living_servers_socket_is_left_alone(void **state)
{
	struct doors *doors = *state;
	struct listener_spec spec = { .name = "local", .path = doors->path, .mode = 0600 };
	int fd = doors_bind_unix(doors->path, SOCK_STREAM);

	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(doors_apply(doors, &spec), 1);
	assert_non_null(strstr(doors->reason.bytes, "another program listens there"));
	close(doors_connect_unix(doors->path));
	close(fd);
}

static void assert_same_rules(struct doors *doors, const struct listener_spec *spec)
{
	int fd = doors_bind_unix(doors->path, SOCK_DGRAM);

	assert_int_equal(doors_apply(doors, spec), 1);
	assert_non_null(strstr(doors->reason.bytes, "another program listens there"));
	close(fd);
	assert_int_equal(doors_apply(doors, spec), 0);
	assert_int_equal(access(doors->path, F_OK), 0);
	assert_int_equal(listeners_apply(doors->listeners, NULL, 0), 0);
	assert_int_equal(access(doors->path, F_OK), -1);
}

/* The previous socket at the path may be for streams or datagrams. */
static void sockets_of_datagrams_are_replaced_by_the_same_rules(void **state)
{
	struct doors *doors = *state;
	struct listener_spec spec = {
		.name = "notify", .path = doors->path, .mode = 0620, .is_datagram = true
	};
	struct stat status;

	assert_same_rules(doors, &spec);
	close(doors_bind_unix(doors->path, SOCK_STREAM));
	assert_int_equal(doors_apply(doors, &spec), 0);
	assert_int_equal(stat(doors->path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0620);
	spec.is_datagram = false;
	assert_int_equal(listeners_apply(doors->listeners, NULL, 0), 0);
	assert_same_rules(doors, &spec);
}

static void a_path_is_of_one_kind(void **state)
{
	struct doors *doors = *state;
	struct listener_spec specs[2] = {
		{ .name = "local", .path = doors->path, .mode = 0600 },
		{ .name = "notify", .path = doors->path, .mode = 0600, .is_datagram = true },
	};

	assert_int_equal(listeners_apply(doors->listeners, specs, 2), 1);
	assert_non_null(strstr(doors->reason.bytes, "papod itself listens at "));
	assert_non_null(
		strstr(doors->reason.bytes, "the listener \"local\"; leave one of them out"));
	assert_null(strstr(doors->reason.bytes, "in use"));
	assert_string_equal(doors_only(doors)->name, "local");
}

static void a_udp_port_in_use_is_explained(void **state)
{
	struct doors *doors = *state;
	struct listener_spec spec = {
		.name = "notify", .address = "127.0.0.1", .is_datagram = true
	};
	int fd = doors_udp(), yes = 1;
	struct sockaddr_in address;
	socklen_t length = sizeof(address);

	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *) &address, &length), 0);
	spec.port = ntohs(address.sin_port);
	assert_int_equal(doors_apply(doors, &spec), 1);
	assert_non_null(strstr(doors->reason.bytes, "another program listens there (ss -lunp "));
	close(fd);
	assert_int_equal(doors_apply(doors, &spec), 0);
}

static void a_file_in_the_way_is_left_alone(void **state)
{
	struct doors *doors = *state;
	struct listener_spec spec = { .name = "local", .path = doors->path, .mode = 0600 };
	int fd = open(doors->path, O_CREAT | O_WRONLY, 0600);

	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(doors_apply(doors, &spec), 1);
	assert_int_equal(access(doors->path, F_OK), 0);
}

static void failures_say_what_to_do(void **state)
{
	struct listener_spec tcp = { .name = "main", .address = "127.0.0.1", .port = 443 };
	struct listener_spec local = { .name = "local", .path = "/run/papod/irc.sock" };
	CLEANUP(buffer_done) struct buffer text = { 0 };

	(void) state;
	explain(&tcp, -EACCES, &text);
	assert_non_null(strstr(text.bytes, "CAP_NET_BIND_SERVICE"));
	explain(&tcp, -EADDRNOTAVAIL, &text);
	assert_non_null(strstr(text.bytes, "does not have that address"));
	explain(&tcp, -EAFNOSUPPORT, &text);
	assert_non_null(strstr(text.bytes, "papod.socket"));
	explain(&local, -EACCES, &text);
	assert_non_null(strstr(text.bytes, "/var/lib/papod"));
	explain(&local, -ENOENT, &text);
	assert_non_null(strstr(text.bytes, "does not exist"));
}

static void a_path_that_is_too_long_is_explained(void **state)
{
	struct doors *doors = *state;
	char path[200];
	struct listener_spec spec = { .name = "local", .path = path, .mode = 0600 };

	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(doors_apply(doors, &spec), 1);
	assert_non_null(strstr(doors->reason.bytes, "1 to 107 bytes, this one 199"));
}

static void a_path_may_fill_all_but_the_last_byte(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char path[sizeof(address.sun_path) + 1];
	struct listener_spec spec = { .name = "local", .path = path, .mode = 0600 };
	struct buffer reason = { 0 };
	struct target target;

	(void) state;
	memset(path, 'x', sizeof(path));
	path[sizeof(address.sun_path)] = '\0';
	assert_false(target_resolve(&spec, &target, &reason));
	path[sizeof(address.sun_path) - 1] = '\0';
	assert_true(target_resolve(&spec, &target, &reason));
	memcpy(&address, &target.address, sizeof(address));
	assert_string_equal(address.sun_path, path);
	path[0] = '\0';
	assert_false(target_resolve(&spec, &target, &reason));
	buffer_done(&reason);
}

/* papod.socket has FreeBind=, so it can. */
static void an_address_that_the_machine_lacks_is_tried_too(void **state)
{
	struct sockaddr_in everywhere = { .sin_family = AF_INET };
	socklen_t length = sizeof(everywhere);
	struct buffer reason = { 0 };
	struct address address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void) state;
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *) &everywhere, length), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *) &everywhere, &length), 0);
	assert_true(address_parse_range("192.0.2.77", &address));
	address.port = ntohs(everywhere.sin_port);
	assert_int_equal(listeners_try(&address, true, &reason), 0); /* that is UDP */
	assert_int_equal(listeners_try(&address, false, &reason), -EADDRINUSE);
	assert_non_null(strstr(reason.bytes, "another program listens there"));
	close(fd);
	buffer_clear(&reason);
	assert_int_equal(listeners_try(&address, false, &reason), 0);
	buffer_done(&reason);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, doors_setup, doors_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_name_is_no_address),
		TEST(a_unix_socket_has_its_permissions_and_knows_the_user),
		TEST(a_group_that_does_not_exist_is_explained),
		TEST(a_dead_servers_socket_is_replaced),
		TEST(a_living_servers_socket_is_left_alone),
		TEST(sockets_of_datagrams_are_replaced_by_the_same_rules),
		TEST(a_path_is_of_one_kind),
		TEST(a_udp_port_in_use_is_explained),
		TEST(a_file_in_the_way_is_left_alone),
		TEST(failures_say_what_to_do),
		TEST(a_path_that_is_too_long_is_explained),
		cmocka_unit_test(a_path_may_fill_all_but_the_last_byte),
		TEST(an_address_that_the_machine_lacks_is_tried_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
