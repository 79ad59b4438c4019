/* From one set of listeners to the next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "doors.h"

static void a_successors_socket_is_not_removed(void **state)
{
	struct doors *doors = *state;
	struct listener_spec spec = { .name = "local", .path = doors->path, .mode = 0600 };

	assert_int_equal(doors_apply(doors, &spec), 0);
	unlink(doors->path);
	close(doors_bind_unix(doors->path, SOCK_STREAM));
	assert_int_equal(listeners_apply(doors->listeners, NULL, 0), 0);
	assert_int_equal(access(doors->path, F_OK), 0);
}

static void a_change_leaves_the_others_alone(void **state)
{
	struct doors *doors = *state;
	struct listener_spec specs[2] = {
		{ .name = "main", .address = "127.0.0.1" },
		{ .name = "local", .path = doors->path, .mode = 0600 },
	};
	struct listener_spec renamed = { .name = "renamed", .address = "127.0.0.1" };
	char fields[128];
	uint16_t port;

	assert_int_equal(listeners_apply(doors->listeners, specs, 2), 0);
	port = doors_port(doors->listeners->items[0]);
	assert_logged(doors, "listening listening ");
	snprintf(fields, sizeof(fields), "LISTENER=local ADDRESS=%s ORIGIN=papod ", doors->path);
	assert_string_equal(doors->fields.bytes, fields);
	assert_int_equal(doors_apply(doors, &renamed), 0);
	assert_logged(doors, "listener-closed ");
	snprintf(fields, sizeof(fields), "LISTENER=local ADDRESS=%s ", doors->path);
	assert_string_equal(doors->fields.bytes, fields);
	assert_int_equal(doors_port(doors_only(doors)), port);
	close(doors_connect(port));
	doors_wait_for(doors, 1);
	assert_string_equal(doors->listener, "renamed");
	assert_int_equal(listeners_apply(doors->listeners, specs, 2), 0);
	assert_int_equal(doors_port(doors->listeners->items[0]), port);
}

static void one_port_may_go_from_one_address_to_all(void **state)
{
	struct listener_spec spec = { .name = "main", .address = "127.0.0.1" };
	struct doors *doors = *state;

	assert_int_equal(doors_apply(doors, &spec), 0);
	spec.port = doors_port(doors_only(doors));
	assert_int_equal(doors_apply(doors, &spec), 0);
	spec.address = "*";
	assert_int_equal(doors_apply(doors, &spec), 0);
	assert_int_equal(doors_port(doors_only(doors)), spec.port);
}

static void a_port_that_is_taken_is_explained_and_tried_again(void **state)
{
	struct listener_spec spec = { .name = "main", .address = "127.0.0.1" };
	struct doors *doors = *state;
	struct target target;
	struct buffer reason = { 0 };
	char fields[64];
	int fd;

	assert_true(target_resolve(&spec, &target, &reason));
	assert_int_equal(target_open(&target, &spec, &fd), 0);
	assert_true(target_of_socket(fd, &target));
	spec.port = target_port(&target);
	assert_int_equal(doors_apply(doors, &spec), 1);
	assert_non_null(strstr(doors->reason.bytes, "another program listens there"));
	snprintf(fields, sizeof(fields), "LISTENER=main ADDRESS=127.0.0.1:%u REASON=", spec.port);
	assert_int_equal(strncmp(doors->fields.bytes, fields, strlen(fields)), 0);
	assert_non_null(strstr(doors->fields.bytes, " ORIGIN=papod "));
	close(fd);
	assert_int_equal(doors_apply(doors, &spec), 0);
	assert_logged(doors, "listen-failed listening ");
}

static void ipv6_and_ipv4_have_their_own_everywhere(void **state)
{
	struct listener_spec specs[2] = {
		{ .name = "four", .address = "0.0.0.0" },
		{ .name = "six", .address = "::" },
	};
	struct doors *doors = *state;

	assert_int_equal(doors_apply(doors, &specs[0]), 0);
	specs[0].port = specs[1].port = doors_port(doors_only(doors));
	if (listeners_apply(doors->listeners, specs, 2) != 0)
		skip(); /* a machine without IPv6 */
	assert_int_equal(listeners_count(doors->listeners), 2);
	buffer_clear(&doors->logged);
	assert_int_equal(listeners_apply(doors->listeners, specs, 2), 0);
	assert_logged(doors, "");
}

static void the_same_address_twice_is_one_listener(void **state)
{
	struct listener_spec specs[2] = {
		{ .name = "main", .address = "127.0.0.1" },
		{ .name = "again", .address = "127.0.0.1" },
	};
	struct doors *doors = *state;

	assert_int_equal(doors_apply(doors, &specs[0]), 0);
	specs[0].port = specs[1].port = doors_port(doors_only(doors));
	assert_int_equal(listeners_apply(doors->listeners, NULL, 0), 0);
	assert_int_equal(listeners_apply(doors->listeners, specs, 2), 0);
	assert_string_equal(doors_only(doors)->name, "main");
}

static void a_port_is_free_for_the_other_kind(void **state)
{
	struct listener_spec specs[2] = {
		{ .name = "main", .address = "*" },
		{ .name = "notify", .address = "*", .is_datagram = true },
	};
	struct doors *doors = *state;

	assert_int_equal(doors_apply(doors, &specs[0]), 0);
	specs[0].port = specs[1].port = doors_port(doors_only(doors));
	assert_int_equal(listeners_apply(doors->listeners, specs, 2), 0);
	assert_int_equal(listeners_count(doors->listeners), 2);
	buffer_clear(&doors->logged);
	assert_int_equal(listeners_apply(doors->listeners, specs, 2), 0);
	assert_logged(doors, "");
	assert_true(listeners_are_open(doors->listeners));
	assert_int_equal(doors_apply(doors, &specs[1]), 0);
	assert_string_equal(doors_only(doors)->name, "notify");
	assert_false(listeners_are_open(doors->listeners)); /* to clients */
	assert_logged(doors, "listener-closed ");
}

static void everywhere_is_awaited_in_both_families(void **state)
{
	struct listener_spec spec = {
		.name = "public", .address = "*", .port = 6667, .is_for_manager = true
	};
	struct doors *doors = *state;
	struct buffer awaited = { 0 };

	assert_int_equal(doors_apply(doors, &spec), 0);
	listeners_describe_awaited(doors->listeners, &awaited);
	assert_string_equal(awaited.bytes, "0.0.0.0:6667 [::]:6667");
	spec.is_datagram = true;
	assert_int_equal(doors_apply(doors, &spec), 0);
	buffer_clear(&awaited);
	listeners_describe_awaited(doors->listeners, &awaited);
	assert_string_equal(awaited.bytes, "0.0.0.0:6667/udp [::]:6667/udp");
	buffer_done(&awaited);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, doors_setup, doors_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_successors_socket_is_not_removed),
		TEST(a_change_leaves_the_others_alone),
		TEST(one_port_may_go_from_one_address_to_all),
		TEST(a_port_that_is_taken_is_explained_and_tried_again),
		TEST(ipv6_and_ipv4_have_their_own_everywhere),
		TEST(the_same_address_twice_is_one_listener),
		TEST(a_port_is_free_for_the_other_kind),
		TEST(everywhere_is_awaited_in_both_families),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
