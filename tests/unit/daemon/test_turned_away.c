/* A recovery ends sessions without a connection, and connections without a session, and counts
 * them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/socket.h>
#include <unistd.h>

#include "config/settings.h"
#include "daemon/turned_away.h"
#include "net/resume.h"
#include "small_server.h"
#include "world/session.h"

struct fixture {
	struct small_server server;
	struct settings *settings;
	struct turned_away away;
	int sockets[2];
};

static void handle(struct small_server *server, struct event event)
{
	engine_handle(server->engine, &event);
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct small_server *server = &fixture->server;

	*server = small_server_new();
	small_server_serve(server);
	fixture->settings = small_server_begin(server);
	fixture->away.log = server->log;
	fixture->away.engine = server->engine;
	fixture->away.clients = server->clients;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
				 fixture->sockets),
		0);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	turned_away_done(&fixture->away);
	settings_unref(fixture->settings);
	small_server_done(&fixture->server);
	close(fixture->sockets[1]);
	free(fixture);
	return 0;
}

static uint64_t connect_one(struct fixture *fixture)
{
	uint64_t id = connections_reserve(fixture->server.connections);

	assert_true(connections_add(fixture->server.connections, id, fixture->sockets[0], false));
	return id;
}

static void open_session(struct fixture *fixture, uint64_t id)
{
	handle(&fixture->server, (struct event){ .kind = EVENT_CONNECTED,
					 .session = id,
					 .address = { .family = ADDRESS_FAMILY_UNIX },
					 .text = "here",
					 .text_length = 4 });
	assert_non_null(session_find(engine_world(fixture->server.engine), id));
}

static void expect_farewell(struct fixture *fixture)
{
	char bytes[512] = "";

	connections_drain(fixture->server.connections, 0);
	assert_true(read(fixture->sockets[1], bytes, sizeof(bytes) - 1) > 0);
	assert_non_null(strstr(bytes, "\r\nERROR :Closing link: "));
	assert_int_equal(read(fixture->sockets[1], bytes, sizeof(bytes)), 0);
}

static void a_pair_is_left_alone(void **state)
{
	struct fixture *fixture = *state;
	uint64_t id = connect_one(fixture);

	open_session(fixture, id);
	turned_away_odd_ones(&fixture->away);
	assert_true(connection_is_open(fixture->server.connections, id));
	assert_non_null(session_find(engine_world(fixture->server.engine), id));
	assert_int_equal(fixture->away.counts[TURNED_AWAY_SESSIONLESS], 0);
}

static void a_connection_without_a_session_gets_the_reason(void **state)
{
	struct fixture *fixture = *state;
	uint64_t id = connect_one(fixture);

	turned_away_odd_ones(&fixture->away);
	assert_false(connection_is_open(fixture->server.connections, id));
	assert_int_equal(fixture->away.counts[TURNED_AWAY_SESSIONLESS], 1);
	expect_farewell(fixture);
}

static void a_session_without_a_connection_ends(void **state)
{
	struct fixture *fixture = *state;
	uint64_t id = (uint64_t) 7 << 32 | 3;

	close(fixture->sockets[0]);
	open_session(fixture, id);
	turned_away_odd_ones(&fixture->away);
	assert_null(session_find(engine_world(fixture->server.engine), id));
	assert_int_equal(fixture->away.counts[TURNED_AWAY_SESSIONLESS], 1);
}

static void a_socket_that_is_over_is_not_counted(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(shutdown(fixture->sockets[0], SHUT_WR), 0);
	assert_false(
		turned_away_add(&fixture->away, fixture->sockets[0], 0, TURNED_AWAY_UNREADABLE));
	assert_int_equal(fixture->away.counts[TURNED_AWAY_UNREADABLE], 0);
	close(fixture->sockets[0]);
}

static void what_it_had_not_read_does_not_eat_the_farewell(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(write(fixture->sockets[1], "PING 1\r\n", 8), 8);
	assert_true(
		turned_away_add(&fixture->away, fixture->sockets[0], 0, TURNED_AWAY_UNREADABLE));
	turned_away_dismiss(&fixture->away);
	assert_int_equal(fixture->away.counts[TURNED_AWAY_UNREADABLE], 1);
	expect_farewell(fixture);
}

static void without_descriptors_to_spare_the_farewell_goes_at_once(void **state)
{
	struct fixture *fixture = *state;

	clients_limit_files(fixture->server.clients, (uint64_t) fixture->sockets[0] + 1);
	assert_false(
		turned_away_add(&fixture->away, fixture->sockets[0], 0, TURNED_AWAY_UNREADABLE));
	assert_int_equal(fixture->away.counts[TURNED_AWAY_UNREADABLE], 1);
	expect_farewell(fixture);
	close(fixture->sockets[0]);
}

/* The last descriptors are reserved for a batch of the parking and for other files. */
static void the_last_descriptors_are_not_for_farewells(void **state)
{
	struct fixture *fixture = *state;
	int fd = fixture->sockets[0];

	clients_limit_files(fixture->server.clients, (uint64_t) fd + 301);
	assert_true(turned_away_add(&fixture->away, fd, 0, TURNED_AWAY_UNREADABLE));
	assert_int_equal(fixture->away.n_sockets, 1);
	clients_limit_files(fixture->server.clients, (uint64_t) fd + 300);
	assert_false(turned_away_add(&fixture->away, fd, 0, TURNED_AWAY_UNREADABLE));
	assert_int_equal(fixture->away.n_sockets, 1);
	assert_int_equal(fixture->away.counts[TURNED_AWAY_UNREADABLE], 2);
	close(fd);
}

static void a_crowd_is_turned_away_one_by_one(void **state)
{
	struct fixture *fixture = *state;
	struct small_server *server = &fixture->server;
	int peers[130];
	char text[512];

	close(fixture->sockets[0]);
	for (size_t i = 0; i < 130; i++) {
		int pair[2];

		assert_int_equal(
			socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair),
			0);
		peers[i] = pair[1];
		assert_true(turned_away_add(&fixture->away, pair[0], 0, TURNED_AWAY_UNREADABLE));
	}
	turned_away_dismiss(&fixture->away);
	assert_int_equal(connections_count(server->connections), 130);
	connections_drain(server->connections, 0);
	for (size_t i = 0; i < 130; i++) {
		assert_true(read(peers[i], text, sizeof(text)) > 0);
		assert_int_equal(read(peers[i], text, sizeof(text)), 0);
		close(peers[i]);
	}
	turned_away_dismiss(&fixture->away); /* the list is empty */
	assert_int_equal(connections_count(server->connections), 130);
}

static void count_entry(void *data, enum logbook entry, const char *const *fields)
{
	struct buffer *logged = data;

	assert_int_equal(entry, LOGBOOK_CLIENTS_LOST);
	buffer_format(logged, "%s:%s\n", fields[1], fields[3]);
}

static void each_cause_is_logged_if_there_was_any(void **state)
{
	struct fixture *fixture = *state;
	struct buffer logged = { 0 };
	struct log log = { count_entry, &logged };

	fixture->away.log = &log;
	fixture->away.reason = "why";
	fixture->away.counts[TURNED_AWAY_ALL] = 3;
	fixture->away.counts[TURNED_AWAY_SOCKETLESS] = 1;
	turned_away_log(&fixture->away);
	assert_string_equal(logged.bytes, "3:why\n1:their sockets were not found\n");
	buffer_clear(&logged);
	for (size_t i = 0; i < TURNED_AWAY_CAUSES; i++)
		fixture->away.counts[i] = i + 1;
	turned_away_log(&fixture->away);
	assert_string_equal(logged.bytes,
		"1:they connected after the last state that papod could restore\n"
		"2:papod could not restore what they sent or received last\n"
		"3:the system refused to restore their connections\n"
		"4:another release of papod stored their sockets\n"
		"5:why\n"
		"6:the snapshot lacked their sessions or connections\n"
		"7:their sockets were not found\n"
		"8:an earlier restart lost them, and may not have sent them the reason\n");
	buffer_done(&logged);
	close(fixture->sockets[0]);
}

static void each_cause_has_its_farewell(void **state)
{
	static const char *const reasons[TURNED_AWAY_CAUSES] = {
		[TURNED_AWAY_UNKNOWN] = "your session was lost, please connect again",
		[TURNED_AWAY_CHANGED] = "your last messages were lost, please connect again",
		[TURNED_AWAY_SYSTEM] =
			"your connection could not be restored, please connect again",
		[TURNED_AWAY_UNREADABLE] = "your session was lost, please connect again",
		[TURNED_AWAY_ALL] = "why",
		[TURNED_AWAY_SESSIONLESS] = "your session was lost, please connect again",
		[TURNED_AWAY_SOCKETLESS] = "your connection was lost",
		[TURNED_AWAY_AGAIN] = "your last messages were lost, please connect again",
	};
	struct fixture *fixture = *state;
	char bytes[512], wanted[256];

	fixture->away.reason = "why";
	clients_limit_files(fixture->server.clients, 0); /* so each is sent at once */
	for (enum turned_away_cause cause = 0; cause < TURNED_AWAY_CAUSES; cause++) {
		assert_false(turned_away_add(&fixture->away, fixture->sockets[0], 0, cause));
		close(fixture->sockets[0]);
		bytes[read(fixture->sockets[1], bytes, sizeof(bytes) - 1)] = '\0';
		snprintf(wanted, sizeof(wanted), "\r\nERROR :Closing link: local (%s: %s)\r\n",
			cause == TURNED_AWAY_ALL
				? "The server could not restore its state after a restart"
				: "Lost while the server restarted",
			reasons[cause]);
		assert_string_equal(bytes, wanted);
		close(fixture->sockets[1]);
		assert_int_equal(
			socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fixture->sockets), 0);
	}
	close(fixture->sockets[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_pair_is_left_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_connection_without_a_session_gets_the_reason, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_session_without_a_connection_ends, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_socket_that_is_over_is_not_counted, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_it_had_not_read_does_not_eat_the_farewell, setup, teardown),
		cmocka_unit_test_setup_teardown(
			without_descriptors_to_spare_the_farewell_goes_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(
			the_last_descriptors_are_not_for_farewells, setup, teardown),
		cmocka_unit_test_setup_teardown(a_crowd_is_turned_away_one_by_one, setup, teardown),
		cmocka_unit_test_setup_teardown(
			each_cause_is_logged_if_there_was_any, setup, teardown),
		cmocka_unit_test_setup_teardown(each_cause_has_its_farewell, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
