/* Listening sockets, on loopback and in a directory of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "net/listener.h"

struct fixture {
	struct loop *loop;
	struct log log;
	struct listeners *listeners;
	struct buffer logged; /* the name of each entry */
	struct buffer reason; /* of the last one */
	char directory[32], path[64];
	int n_accepted;
	char listener[32];
	struct address address;
	uint32_t uid;
};

static void on_log(void *data, enum logbook entry, const char *const *fields)
{
	struct fixture *fixture = data;

	buffer_format(&fixture->logged, "%s ", logbook_row(entry)->name);
	for (; fields[0]; fields += 2) {
		if (!fields[1] || strcmp(fields[0], "REASON") != 0)
			continue;
		buffer_clear(&fixture->reason);
		buffer_put_text(&fixture->reason, fields[1]);
	}
}

static void on_accept(
	void *data, int fd, const char *listener, const struct address *address, uint32_t uid)
{
	struct fixture *fixture = data;

	assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
	fixture->n_accepted++;
	snprintf(fixture->listener, sizeof(fixture->listener), "%s", listener);
	fixture->address = *address;
	fixture->uid = uid;
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	fixture->log = (struct log){ on_log, fixture };
	assert_int_equal(loop_new(&fixture->loop), 0);
	fixture->listeners = listeners_new(fixture->loop, &fixture->log, on_accept, fixture);
	strcpy(fixture->directory, "/tmp/papod-test-XXXXXX");
	assert_non_null(mkdtemp(fixture->directory));
	snprintf(fixture->path, sizeof(fixture->path), "%s/irc.sock", fixture->directory);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	listeners_free(fixture->listeners);
	loop_free(fixture->loop);
	buffer_done(&fixture->logged);
	buffer_done(&fixture->reason);
	unlink(fixture->path);
	assert_int_equal(rmdir(fixture->directory), 0);
	free(fixture);
	return 0;
}

static void assert_logged(struct fixture *fixture, const char *names)
{
	assert_string_equal(buffer_text(&fixture->logged), names);
	buffer_clear(&fixture->logged);
}

static uint16_t port_of(const struct listener *listener)
{
	return (uint16_t) atoi(strrchr(listener->where, ':') + 1);
}

static int connect_ipv4(uint16_t port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *) &address, sizeof(address)), 0);
	return fd;
}

static int open_unix(const char *path, int type)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type, 0);

	assert_true(fd >= 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(bind(fd, (struct sockaddr *) &address, sizeof(address)), 0);
	return fd;
}

static int connect_unix(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(connect(fd, (struct sockaddr *) &address, sizeof(address)), 0);
	return fd;
}

static int apply_one(struct fixture *fixture, const struct listener_spec *spec)
{
	return listeners_apply(fixture->listeners, spec, 1);
}

static const struct listener *only(struct fixture *fixture)
{
	assert_int_equal(listeners_count(fixture->listeners), 1);
	return fixture->listeners->items[0];
}

static void turn(struct fixture *fixture)
{
	assert_int_equal(loop_turn(fixture->loop, 0), 0);
}

/* Bounded, so that a client who never comes fails the test instead of hanging it. */
static void turn_until_accepted(struct fixture *fixture, int n_accepted)
{
	uint64_t end_ms = loop_now_ms(fixture->loop) + 10000;

	while (fixture->n_accepted < n_accepted && loop_now_ms(fixture->loop) < end_ms)
		assert_int_equal(loop_turn(fixture->loop, end_ms), 0);
	assert_int_equal(fixture->n_accepted, n_accepted);
}

static void tcp_clients_are_handed_on(void **state)
{
	struct listener_spec spec = { .name = "main", .address = "127.0.0.1" };
	struct fixture *fixture = *state;
	char text[ADDRESS_TEXT_BYTES];
	int fd;

	assert_int_equal(apply_one(fixture, &spec), 0);
	fd = connect_ipv4(port_of(only(fixture)));
	turn_until_accepted(fixture, 1);
	close(fd);
	address_format(&fixture->address, text);
	assert_string_equal(text, "127.0.0.1");
	assert_string_equal(fixture->listener, "main");
	assert_true(fixture->uid == UINT32_MAX);
	assert_logged(fixture, "listening ");
}

static void everywhere_takes_ipv4_as_ipv4(void **state)
{
	struct listener_spec spec = { .name = "main", .address = "*" };
	struct fixture *fixture = *state;
	int fd;

	assert_int_equal(apply_one(fixture, &spec), 0);
	fd = connect_ipv4(port_of(only(fixture)));
	turn_until_accepted(fixture, 1);
	close(fd);
	assert_int_equal(fixture->address.family, ADDRESS_FAMILY_IPV4);
	assert_int_equal(fixture->address.prefix, 32);
}

static void names_are_looked_up(void **state)
{
	struct listener_spec spec = { .name = "main", .address = "localhost" };
	struct fixture *fixture = *state;

	assert_int_equal(apply_one(fixture, &spec), 0);
	assert_true(listeners_count(fixture->listeners) >= 1);
}

static void a_name_that_nobody_knows_is_explained(void **state)
{
	struct listener_spec spec = { .name = "main", .address = "no such name" };
	struct fixture *fixture = *state;

	assert_int_equal(apply_one(fixture, &spec), 1);
	assert_logged(fixture, "listen-failed ");
	assert_non_null(strstr(fixture->reason.bytes, "no such name: "));
	assert_non_null(strstr(fixture->reason.bytes, "write an IPv4 or IPv6 address"));
}

static void a_unix_socket_has_its_permissions_and_knows_the_user(void **state)
{
	struct fixture *fixture = *state;
	struct listener_spec spec = { .name = "local", .path = fixture->path, .mode = 0620 };
	mode_t mask = umask(0777);
	struct stat status;
	char group[16];
	int fd;

	snprintf(group, sizeof(group), "%u", (unsigned int) getegid());
	spec.group = group;
	assert_int_equal(apply_one(fixture, &spec), 0);
	umask(mask);
	assert_int_equal(stat(fixture->path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0620);
	fd = connect_unix(fixture->path);
	turn_until_accepted(fixture, 1);
	close(fd);
	assert_int_equal(fixture->address.family, ADDRESS_FAMILY_UNIX);
	assert_int_equal(fixture->uid, getuid());
	spec.mode = 0600;
	assert_int_equal(apply_one(fixture, &spec), 0);
	assert_int_equal(stat(fixture->path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_int_equal(listeners_apply(fixture->listeners, NULL, 0), 0);
	assert_int_equal(access(fixture->path, F_OK), -1);
	assert_logged(fixture, "listening listener-closed ");
}

static void a_group_that_does_not_exist_is_explained(void **state)
{
	struct fixture *fixture = *state;
	struct listener_spec spec = {
		.name = "local", .path = fixture->path, .mode = 0600, .group = "no such group"
	};

	assert_int_equal(apply_one(fixture, &spec), 1);
	assert_string_equal(fixture->reason.bytes,
		"group \"no such group\": there is no such group; create it, or change group");
	assert_int_equal(access(fixture->path, F_OK), -1);
}

static void a_dead_servers_socket_is_replaced(void **state)
{
	struct fixture *fixture = *state;
	struct listener_spec spec = { .name = "local", .path = fixture->path, .mode = 0600 };

	close(open_unix(fixture->path, SOCK_STREAM));
	assert_int_equal(apply_one(fixture, &spec), 0);
	close(connect_unix(fixture->path));
	turn_until_accepted(fixture, 1);
}

static void a_living_servers_socket_is_left_alone(void **state)
{
	struct fixture *fixture = *state;
	struct listener_spec spec = { .name = "local", .path = fixture->path, .mode = 0600 };
	int fd = open_unix(fixture->path, SOCK_STREAM);

	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(apply_one(fixture, &spec), 1);
	assert_non_null(strstr(fixture->reason.bytes, "another program listens there"));
	close(connect_unix(fixture->path));
	close(fd);
}

static void a_file_in_the_way_is_left_alone(void **state)
{
	struct fixture *fixture = *state;
	struct listener_spec spec = { .name = "local", .path = fixture->path, .mode = 0600 };
	int fd = open(fixture->path, O_CREAT | O_WRONLY, 0600);

	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(apply_one(fixture, &spec), 1);
	assert_int_equal(access(fixture->path, F_OK), 0);
}

static void a_successors_socket_is_not_removed(void **state)
{
	struct fixture *fixture = *state;
	struct listener_spec spec = { .name = "local", .path = fixture->path, .mode = 0600 };

	assert_int_equal(apply_one(fixture, &spec), 0);
	unlink(fixture->path);
	close(open_unix(fixture->path, SOCK_STREAM));
	assert_int_equal(listeners_apply(fixture->listeners, NULL, 0), 0);
	assert_int_equal(access(fixture->path, F_OK), 0);
}

static void a_change_leaves_the_others_alone(void **state)
{
	struct fixture *fixture = *state;
	struct listener_spec specs[2] = {
		{ .name = "main", .address = "127.0.0.1" },
		{ .name = "local", .path = fixture->path, .mode = 0600 },
	};
	struct listener_spec renamed = { .name = "renamed", .address = "127.0.0.1" };
	uint16_t port;

	assert_int_equal(listeners_apply(fixture->listeners, specs, 2), 0);
	port = port_of(fixture->listeners->items[0]);
	assert_logged(fixture, "listening listening ");
	assert_int_equal(apply_one(fixture, &renamed), 0);
	assert_logged(fixture, "listener-closed ");
	assert_int_equal(port_of(only(fixture)), port);
	close(connect_ipv4(port));
	turn_until_accepted(fixture, 1);
	assert_string_equal(fixture->listener, "renamed");
	assert_int_equal(listeners_apply(fixture->listeners, specs, 2), 0);
	assert_int_equal(port_of(fixture->listeners->items[0]), port);
}

static void one_port_may_go_from_one_address_to_all(void **state)
{
	struct listener_spec spec = { .name = "main", .address = "127.0.0.1" };
	struct fixture *fixture = *state;

	assert_int_equal(apply_one(fixture, &spec), 0);
	spec.port = port_of(only(fixture));
	assert_int_equal(apply_one(fixture, &spec), 0);
	spec.address = "*";
	assert_int_equal(apply_one(fixture, &spec), 0);
	assert_int_equal(port_of(only(fixture)), spec.port);
}

static void a_port_that_is_taken_is_explained_and_tried_again(void **state)
{
	struct listener_spec spec = { .name = "main", .address = "127.0.0.1" };
	struct fixture *fixture = *state;
	struct listeners *other = listeners_new(fixture->loop, &fixture->log, on_accept, fixture);

	assert_int_equal(listeners_apply(other, &spec, 1), 0);
	spec.port = port_of(other->items[0]);
	assert_int_equal(apply_one(fixture, &spec), 1);
	assert_non_null(strstr(fixture->reason.bytes, "another program listens there"));
	listeners_free(other);
	assert_int_equal(apply_one(fixture, &spec), 0);
}

static void the_same_address_twice_is_one_listener(void **state)
{
	struct listener_spec specs[2] = {
		{ .name = "main", .address = "127.0.0.1" },
		{ .name = "again", .address = "127.0.0.1" },
	};
	struct fixture *fixture = *state;

	assert_int_equal(apply_one(fixture, &specs[0]), 0);
	specs[0].port = specs[1].port = port_of(only(fixture));
	assert_int_equal(listeners_apply(fixture->listeners, NULL, 0), 0);
	assert_int_equal(listeners_apply(fixture->listeners, specs, 2), 0);
	assert_string_equal(only(fixture)->name, "main");
}

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
	struct fixture *fixture = *state;

	assert_int_equal(listeners_take(fixture->listeners, listen_ipv4(), "papod.socket"), 0);
	assert_int_equal(listeners_apply(fixture->listeners, NULL, 0), 0);
	close(connect_ipv4(port_of(only(fixture))));
	turn_until_accepted(fixture, 1);
	assert_string_equal(fixture->listener, "papod.socket");
	assert_logged(fixture, "listening ");
}

static void a_passed_socket_gets_the_name_of_its_spec(void **state)
{
	struct listener_spec spec = { .name = "main", .address = "127.0.0.1" };
	struct fixture *fixture = *state;

	assert_int_equal(listeners_take(fixture->listeners, listen_ipv4(), "papod.socket"), 0);
	spec.port = port_of(only(fixture));
	assert_int_equal(apply_one(fixture, &spec), 0);
	assert_string_equal(only(fixture)->name, "main");
	assert_int_equal(listeners_apply(fixture->listeners, NULL, 0), 0);
	assert_string_equal(only(fixture)->name, "papod.socket");
}

static void a_passed_unix_socket_is_known_by_its_path(void **state)
{
	struct fixture *fixture = *state;
	struct listener_spec spec = { .name = "local", .path = fixture->path, .mode = 0600 };
	CLEANUP(buffer_done) struct buffer text = { 0 };
	int fd = open_unix(fixture->path, SOCK_STREAM);

	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(listeners_take(fixture->listeners, fd, "papod.socket"), 0);
	assert_int_equal(apply_one(fixture, &spec), 0);
	assert_string_equal(only(fixture)->name, "local");
	listeners_describe(fixture->listeners, &text);
	assert_string_equal(text.bytes, fixture->path);
	close(connect_unix(fixture->path));
	turn_until_accepted(fixture, 1);
}

static void other_kinds_of_sockets_are_refused(void **state)
{
	struct fixture *fixture = *state;
	int pair[2];

	assert_int_equal(listeners_take(fixture->listeners, socket(AF_INET, SOCK_DGRAM, 0), "a"),
		-EPROTOTYPE);
	assert_int_equal(listeners_take(fixture->listeners, socket(AF_INET, SOCK_STREAM, 0), "a"),
		-EOPNOTSUPP);
	assert_int_equal(pipe(pair), 0);
	assert_int_equal(listeners_take(fixture->listeners, pair[0], "a"), -ENOTSOCK);
	close(pair[1]);
	assert_int_equal(listeners_count(fixture->listeners), 0);
}

static void limit_files(rlim_t count, struct rlimit *ret_old)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	*ret_old = limit;
	limit.rlim_cur = count;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void without_descriptors_accepting_pauses_with_one_warning(void **state)
{
	struct listener_spec spec = { .name = "main", .address = "127.0.0.1" };
	struct fixture *fixture = *state;
	struct rlimit old;
	int fd, next;

	assert_int_equal(apply_one(fixture, &spec), 0);
	fd = connect_ipv4(port_of(only(fixture)));
	assert_logged(fixture, "listening ");
	next = dup(fd);
	close(next);
	limit_files((rlim_t) next, &old);
	for (int i = 0; i < 3; i++) {
		uint64_t before_ms = loop_now_ms(fixture->loop);

		turn(fixture);
		listeners_resume(fixture->listeners); /* nothing has become free: not heeded */
		assert_int_equal(
			loop_turn(fixture->loop, listeners_next_deadline(fixture->listeners)), 0);
		assert_true(loop_now_ms(fixture->loop) >= before_ms + 100);
		listeners_tick(fixture->listeners);
	}
	assert_logged(fixture, "accept-paused ");
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	turn_until_accepted(fixture, 1);
	assert_logged(fixture, "accept-resumed ");
	assert_true(listeners_next_deadline(fixture->listeners) == UINT64_MAX);
	close(fd);
}

static void after_a_stop_nobody_is_accepted(void **state)
{
	struct listener_spec spec = { .name = "main", .address = "127.0.0.1" };
	struct fixture *fixture = *state;

	assert_int_equal(apply_one(fixture, &spec), 0);
	listeners_stop(fixture->listeners);
	close(connect_ipv4(port_of(only(fixture))));
	turn(fixture);
	turn(fixture);
	assert_int_equal(fixture->n_accepted, 0);
}

static void explain(const struct listener_spec *spec, int error, struct buffer *out)
{
	struct target target;
	struct buffer reason = { 0 };

	assert_int_equal(target_resolve(spec, &target, &reason), 1);
	buffer_done(&reason);
	buffer_clear(out);
	target_explain(&target, spec, error, out);
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
	assert_non_null(strstr(text.bytes, "runtime directory"));
	explain(&local, -ENOENT, &text);
	assert_non_null(strstr(text.bytes, "does not exist"));
}

static void a_path_that_is_too_long_is_explained(void **state)
{
	struct fixture *fixture = *state;
	char path[200];
	struct listener_spec spec = { .name = "local", .path = path, .mode = 0600 };

	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(apply_one(fixture, &spec), 1);
	assert_non_null(strstr(fixture->reason.bytes, "1 to 107 bytes, this one 199"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tcp_clients_are_handed_on),
		TEST(everywhere_takes_ipv4_as_ipv4),
		TEST(names_are_looked_up),
		TEST(a_name_that_nobody_knows_is_explained),
		TEST(a_unix_socket_has_its_permissions_and_knows_the_user),
		TEST(a_group_that_does_not_exist_is_explained),
		TEST(a_dead_servers_socket_is_replaced),
		TEST(a_living_servers_socket_is_left_alone),
		TEST(a_file_in_the_way_is_left_alone),
		TEST(a_successors_socket_is_not_removed),
		TEST(a_change_leaves_the_others_alone),
		TEST(one_port_may_go_from_one_address_to_all),
		TEST(a_port_that_is_taken_is_explained_and_tried_again),
		TEST(the_same_address_twice_is_one_listener),
		TEST(a_passed_socket_serves_without_another_word),
		TEST(a_passed_socket_gets_the_name_of_its_spec),
		TEST(a_passed_unix_socket_is_known_by_its_path),
		TEST(other_kinds_of_sockets_are_refused),
		TEST(without_descriptors_accepting_pauses_with_one_warning),
		TEST(after_a_stop_nobody_is_accepted),
		TEST(failures_say_what_to_do),
		TEST(a_path_that_is_too_long_is_explained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
