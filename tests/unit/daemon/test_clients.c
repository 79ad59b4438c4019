/* Who is let in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "config/problem.h"
#include "config/settings.h"
#include "small_server.h"
#include "world/session.h"

#define RESERVED 20
#define FULL_TOLD_EVERY_MS 60000

struct fixture {
	struct server server;
	struct log log;
	size_t n_refusals; /* entries */
	size_t n_logged;   /* clients in them */
	int sockets[2];
};

static void count_refusal(void *data, enum logbook entry, const char *const *fields)
{
	struct fixture *fixture = data;

	if (entry != LOGBOOK_CLIENT_REFUSED)
		return;
	fixture->n_refusals++;
	for (size_t i = 0; fields[i]; i += 2)
		if (fields[i + 1] && strcmp(fields[i], "CLIENTS") == 0)
			fixture->n_logged += strtoul(fields[i + 1], NULL, 10);
}

static void make_pair(struct fixture *fixture)
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
				 fixture->sockets),
		0);
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct problems problems = { 0 };
	struct server *server = &fixture->server;
	struct event event = { .kind = EVENT_SETTINGS };

	*server = small_server_new();
	fixture->log = (struct log){ count_refusal, fixture };
	server->log = &fixture->log;
	small_server_serve(server);
	server->settings = settings_parse(NULL, 0, &problems);
	server->settings->loop_reserved_files = RESERVED;
	problems_done(&problems);
	event.settings = settings_ref(server->settings);
	engine_handle(server->engine, &event);
	make_pair(fixture);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	settings_unref(fixture->server.settings);
	settings_unref(fixture->server.settings);
	small_server_done(&fixture->server);
	close(fixture->sockets[1]);
	free(fixture);
	return 0;
}

/* Whether it was; what the client hears if not is the end. */
static bool is_let_in(struct fixture *fixture)
{
	const struct address address = { .family = ADDRESS_FAMILY_UNIX };
	size_t n_before = connections_count(fixture->server.connections);
	char text[512] = "";

	server_accept(&fixture->server, fixture->sockets[0], "here", &address, false);
	if (connections_count(fixture->server.connections) > n_before)
		return true;
	assert_true(read(fixture->sockets[1], text, sizeof(text) - 1) > 0);
	assert_string_equal(text, "ERROR :The server is full, try again later\r\n");
	assert_int_equal(read(fixture->sockets[1], text, sizeof(text)), 0);
	return false;
}

static void next_client(struct fixture *fixture)
{
	close(fixture->sockets[1]);
	make_pair(fixture);
}

static void the_last_descriptors_are_for_other_things(void **state)
{
	struct fixture *fixture = *state;

	fixture->server.most_files = (uint64_t) fixture->sockets[0] + RESERVED;
	assert_false(is_let_in(fixture));
	next_client(fixture);
	fixture->server.most_files = (uint64_t) fixture->sockets[0] + RESERVED + 1;
	assert_true(is_let_in(fixture));
	assert_non_null(engine_world(fixture->server.engine));
	assert_int_equal(fixture->n_refusals, 1);
}

static void that_it_is_full_is_logged_once_a_minute(void **state)
{
	struct fixture *fixture = *state;
	struct server *server = &fixture->server;

	server->most_files = 0;
	for (size_t i = 0; i < 3; i++) {
		assert_false(is_let_in(fixture));
		next_client(fixture);
	}
	assert_int_equal(fixture->n_refusals, 1);
	server->full_told_ms = loop_now_ms(server->loop) - FULL_TOLD_EVERY_MS + 1;
	assert_false(is_let_in(fixture));
	assert_int_equal(fixture->n_refusals, 1);
	next_client(fixture);
	server->full_told_ms = loop_now_ms(server->loop) - FULL_TOLD_EVERY_MS;
	assert_false(is_let_in(fixture));
	assert_int_equal(fixture->n_refusals, 2);
	next_client(fixture);
	assert_false(is_let_in(fixture));
	assert_int_equal(fixture->n_refusals, 2);
}

/* Those that were refused since are told of together, when the minute is over. */
static void each_refused_client_is_counted_once(void **state)
{
	struct fixture *fixture = *state;
	struct server *server = &fixture->server;
	uint64_t now_ms = loop_now_ms(server->loop);

	assert_true(server_refused_deadline(server) == UINT64_MAX);
	server->most_files = 0;
	for (size_t i = 0; i < 3; i++) {
		assert_false(is_let_in(fixture));
		next_client(fixture);
	}
	assert_int_equal(fixture->n_logged, 1);
	assert_true(server_refused_deadline(server) == now_ms + FULL_TOLD_EVERY_MS);
	server->full_told_ms = now_ms - FULL_TOLD_EVERY_MS + 1;
	server_tell_of_refused(server);
	assert_int_equal(fixture->n_logged, 1);
	server->full_told_ms = now_ms - FULL_TOLD_EVERY_MS;
	server_tell_of_refused(server);
	assert_int_equal(fixture->n_refusals, 2);
	assert_int_equal(fixture->n_logged, 3);
	assert_true(server_refused_deadline(server) == UINT64_MAX);
	server_tell_of_refused(server);
	assert_int_equal(fixture->n_refusals, 2);
	assert_false(is_let_in(fixture)); /* the next minute begins */
	assert_int_equal(fixture->n_logged, 3);
	assert_true(server_refused_deadline(server) == now_ms + FULL_TOLD_EVERY_MS);
}

/* No session is left of it, nor its descriptor; and the next client is served. */
static void a_client_that_epoll_refuses_leaves_nothing(void **state)
{
	const struct address address = { .family = ADDRESS_FAMILY_UNIX };
	struct fixture *fixture = *state;
	struct server *server = &fixture->server;
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	server->most_files = UINT64_MAX;
	server_accept(server, fd, "here", &address, false);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	assert_int_equal(connections_count(server->connections), 0);
	assert_int_equal(engine_world(server->engine)->n_sessions, 0);
	assert_true(is_let_in(fixture));
	assert_int_equal(engine_world(server->engine)->n_sessions, 1);
}

static void note_password(const struct server *server, uint64_t session)
{
	struct outbox outbox = { 0 };

	outbox_verify(&outbox, session, session, "*0", "word");
	helpers_note(server->helpers, &outbox.effects[0]);
	outbox_done(&outbox);
}

static void count_restart(void *data, const struct effect *effect)
{
	*(size_t *) data += effect->kind == EFFECT_RESTART;
}

static void who_has_left_wants_no_answers(void **state)
{
	struct fixture *fixture = *state;
	struct server *server = &fixture->server;
	size_t n_others = 0;
	const struct server_other_effects others = { count_restart, &n_others };
	struct outbox outbox = { 0 };

	for (uint64_t i = 7; i < 11; i++)
		note_password(server, i);
	server_connection_callbacks.on_closed(server, 7, "Connection closed");
	assert_int_equal(helpers_count(server->helpers), 3);
	server_drop(server, 8, "why");
	assert_int_equal(helpers_count(server->helpers), 2);
	outbox_add(&outbox, EFFECT_CLOSE, 9);
	outbox_add(&outbox, EFFECT_RESTART, 10);
	server_carry_out(server, &outbox, &others);
	outbox_done(&outbox);
	assert_int_equal(helpers_count(server->helpers), 1);
	assert_int_equal(n_others, 1);
	close(fixture->sockets[0]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_last_descriptors_are_for_other_things),
		TEST(that_it_is_full_is_logged_once_a_minute),
		TEST(each_refused_client_is_counted_once),
		TEST(a_client_that_epoll_refuses_leaves_nothing),
		TEST(who_has_left_wants_no_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
