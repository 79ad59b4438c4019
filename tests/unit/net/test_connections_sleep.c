/* Connections for whose sockets there is no descriptor. */
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
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "clients.h"
#include "net/resume.h"

/* A crash, a look at the socket, for which no descriptor is free, and a long sleep. */
static uint64_t fall_asleep(struct clients *clients, const char *text)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 };
	uint64_t id = clients_add_parked(clients, true);

	connection_set_limits(clients->connections, id, 5000, 10000);
	clients_save(clients, &saved);
	clients_send(clients, id, text);
	clients_turn(clients);
	clients_load(clients, &saved);
	clients_send(clients, id, text);
	assert_int_equal(clients_inside(clients, id)->out.queue.bytes, strlen(text));
	assert_int_equal(connections_look(clients->connections, id, clients->parked[0]), 0);
	assert_int_equal(clients_inside(clients, id)->out.queue.bytes, 0); /* it was sent */
	connection_sleep(clients->connections, id);
	return id;
}

static void who_sleeps_gets_up_to_the_limit_when_it_wakes(void **state)
{
	CLEANUP(buffer_done) struct buffer heard = { 0 };
	struct clients *clients = *state;
	uint64_t id;
	char text[1001] = { 0 };

	memset(text, 'x', sizeof(text) - 2);
	text[sizeof(text) - 2] = '\n';
	id = fall_asleep(clients, text);
	for (int i = 0; i < 5; i++)
		clients_send(clients, id, text);
	clients_turn(clients);
	assert_happened(clients, "");
	assert_int_equal(clients_attach(clients, 0, id), 0);
	clients_turn(clients);
	clients_hear(clients, 0, &heard);
	assert_int_equal(heard.length, 6000);
	clients_say(clients, 0, "good morning\r\n");
	clients_turn(clients);
	assert_happened(clients, "line:good morning\n");
}

static void who_sleeps_is_closed_at_the_limit(void **state)
{
	CLEANUP(buffer_done) struct buffer heard = { 0 };
	struct clients *clients = *state;
	uint64_t id;
	char text[1001] = { 0 };

	memset(text, 'x', sizeof(text) - 2);
	text[sizeof(text) - 2] = '\n';
	clients->answers_overflow = true;
	id = fall_asleep(clients, text);
	for (int i = 0; i < 6; i++)
		clients_send(clients, id, text);
	clients_turn(clients);
	assert_happened(clients, "overflow:SendQ exceeded\n");
	assert_false(connection_is_open(clients->connections, id));
	assert_int_equal(connections_look(clients->connections, id, clients->parked[0]), 0);
	assert_int_equal(clients_attach(clients, 0, id), 0);
	clients_turn(clients);
	clients_hear(clients, 0, &heard);
	assert_int_equal(heard.length, 1000 + strlen("ERROR :too much\r\n"));
	assert_string_equal(heard.bytes + 1000, "ERROR :too much\r\n");
}

static void who_was_closed_and_has_all_need_not_sleep(void **state)
{
	struct clients *clients = *state;
	uint64_t id = fall_asleep(clients, "bye\r\n");

	connection_close(clients->connections, id);
	assert_int_equal(
		connections_look(clients->connections, id, clients->parked[0]), -ESHUTDOWN);
	assert_int_equal(connections_look(clients->connections, id + 1, 0), -ENOENT);
}

static void an_id_that_is_skipped_is_given_to_nobody(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add(clients), to_come = id + (5ull << 32) + 1;

	assert_true(connections_is_to_come(clients->connections, to_come));
	connections_skip_id(clients->connections, to_come);
	assert_false(connections_is_to_come(clients->connections, to_come));
	connections_skip_id(clients->connections, id);
	assert_int_equal(clients_add(clients) >> 32, (to_come >> 32) + 1);
}

static void who_has_a_socket_does_not_sleep(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add(clients);

	connection_sleep(clients->connections, id + 1);
	connection_sleep(clients->connections, id);
	assert_false(clients_inside(clients, id)->is_asleep);
	clients_send(clients, id, "hello\r\n");
	clients_turn(clients);
	assert_heard(clients, 0, "hello\r\n", false);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, clients_setup, clients_teardown)
	const struct CMUnitTest tests[] = {
		TEST(who_sleeps_gets_up_to_the_limit_when_it_wakes),
		TEST(who_sleeps_is_closed_at_the_limit),
		TEST(who_was_closed_and_has_all_need_not_sleep),
		TEST(who_has_a_socket_does_not_sleep),
		TEST(an_id_that_is_skipped_is_given_to_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
