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
#include <netinet/tcp.h>
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

static void assert_explained(const struct listener_spec *spec, int error, const char *text)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };

	explain(spec, error, &out);
	assert_string_equal(out.bytes, text);
}

#define NO_SOCKETS                                                                                 \
	"papod may not open network sockets here; let papod.socket open it, with a port and "      \
	"papod --apply, or install the drop-in that papod(8) shows"
#define OTHER_PROGRAM                                                                              \
	"shows which; \"systemd\" is the papod.socket of an installed papod, or a unit like it); " \
	"stop it, or choose another port"

static void failures_say_what_to_do(void **state)
{
	struct listener_spec tcp = { .name = "main", .address = "127.0.0.1", .port = 1023 };
	const struct listener_spec udp = {
		.name = "notify", .address = "::1", .port = 7, .is_datagram = true
	};

	(void) state;
	assert_explained(&tcp, -EACCES,
		"Permission denied: only root may listen on ports below 1024; use a port from 1024 "
		"on, let papod.socket open it, or give papod "
		"AmbientCapabilities=CAP_NET_BIND_SERVICE");
	tcp.port = 1024;
	assert_explained(&tcp, -EACCES, "Permission denied");
	assert_explained(&tcp, -EADDRINUSE,
		"Address already in use: another program listens there (ss -ltnp " OTHER_PROGRAM);
	assert_explained(&udp, -EADDRINUSE,
		"Address already in use: another program listens there (ss -lunp " OTHER_PROGRAM);
	assert_explained(&tcp, -EADDRNOTAVAIL,
		"Cannot assign requested address: this machine does not have that address; ip "
		"address shows those it has");
	assert_explained(
		&tcp, -EAFNOSUPPORT, "Address family not supported by protocol: " NO_SOCKETS);
	assert_explained(&tcp, -EPERM, "Operation not permitted: " NO_SOCKETS);
	assert_explained(&tcp, -ENOMEM, "Cannot allocate memory");
}

static void failures_of_unix_sockets_say_what_to_do(void **state)
{
	const struct listener_spec spec = { .name = "local", .path = "/run/papod/irc.sock" };

	(void) state;
	assert_explained(&spec, -EADDRINUSE,
		"Address already in use: another program listens there, or the path is not a "
		"socket; stop that program, remove the file, or choose another path");
	assert_explained(&spec, -ENOENT,
		"No such file or directory: its directory does not exist; create it, or choose a "
		"path in the runtime directory");
	assert_explained(&spec, -EACCES,
		"Permission denied: papod may not write to its directory; choose another, under "
		"systemd in /var/lib/papod, or let a drop-in of papod.socket open it");
	assert_explained(&spec, -EROFS,
		"Read-only file system: papod may not write to its directory; choose another, "
		"under "
		"systemd in /var/lib/papod, or let a drop-in of papod.socket open it");
	assert_explained(&spec, -EPERM,
		"Operation not permitted: papod may not give the socket to that group; make "
		"papod's "
		"user a member");
	assert_explained(
		&spec, -ESRCH, "group \"\": there is no such group; create it, or change group");
	assert_explained(&spec, -ENOMEM, "Cannot allocate memory");
}

static int option_of(int fd, int level, int option)
{
	int value = -1;
	socklen_t length = sizeof(value);

	assert_int_equal(getsockopt(fd, level, option, &value, &length), 0);
	return value;
}

static unsigned int limit_of_backlogs(void)
{
	FILE *file = fopen("/proc/sys/net/core/somaxconn", "re");
	unsigned int limit = 0;

	assert_non_null(file);
	assert_int_equal(fscanf(file, "%u", &limit), 1);
	fclose(file);
	return limit;
}

/* A server that starts again gets its port back at once; no other program gets datagrams. */
static void a_socket_has_the_options_of_its_kind(void **state)
{
	struct listener_spec tcp = { .name = "main", .address = "127.0.0.1" };
	struct listener_spec udp = { .name = "notify", .address = "::1", .is_datagram = true };
	struct doors *doors = *state;
	unsigned int limit = limit_of_backlogs();
	struct tcp_info info;
	socklen_t length = sizeof(info);
	int fd;

	assert_int_equal(doors_apply(doors, &tcp), 0);
	fd = doors_only(doors)->fd;
	assert_int_equal(option_of(fd, SOL_SOCKET, SO_REUSEADDR), 1);
	assert_int_equal(option_of(fd, IPPROTO_IP, IP_FREEBIND), 0);
	assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length), 0);
	assert_int_equal(info.tcpi_sacked, limit < 4096 ? limit : 4096); /* the backlog */
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
	if (doors_apply(doors, &udp) != 0)
		skip(); /* a machine without IPv6 */
	fd = doors_only(doors)->fd;
	assert_int_equal(option_of(fd, SOL_SOCKET, SO_REUSEADDR), 0);
	assert_int_equal(option_of(fd, IPPROTO_IPV6, IPV6_V6ONLY), 1);
	udp.address = "*";
	assert_int_equal(doors_apply(doors, &udp), 0);
	assert_int_equal(option_of(doors_only(doors)->fd, IPPROTO_IPV6, IPV6_V6ONLY), 0);
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
		TEST(failures_of_unix_sockets_say_what_to_do),
		TEST(a_socket_has_the_options_of_its_kind),
		TEST(a_path_that_is_too_long_is_explained),
		cmocka_unit_test(a_path_may_fill_all_but_the_last_byte),
		TEST(an_address_that_the_machine_lacks_is_tried_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
