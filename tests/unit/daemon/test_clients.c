/* Which clients are admitted, and what happens to connections and sessions. */
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

#include "config/problem.h"
#include "config/settings.h"
#include "daemon/clients.h"
#include "net/resume.h"
#include "world/session.h"

#define MOST_FILES 1000
#define FULL_TOLD_EVERY_MS 60000

/* The test sets the clock of the loop. */
static uint64_t now_ms;

uint64_t __wrap_loop_now_ms(const struct loop *loop);

uint64_t __wrap_loop_now_ms(const struct loop *loop)
{
	(void) loop;
	return now_ms;
}

struct fixture {
	struct loop *loop;
	struct log log;
	struct engine *engine;
	struct helpers *helpers;
	struct clients *clients;
	struct settings *settings;
	size_t n_refusals;    /* entries */
	size_t n_logged;      /* clients in them */
	struct buffer fields; /* of the last entry that concerns clients */
	char closed[64];      /* the reason of the last end */
	int park_error;
	struct buffer happened; /* what was parked, unparked and noted */
	int sockets[2];
};

static void note_fields(struct fixture *fixture, const char *const *fields)
{
	buffer_clear(&fixture->fields);
	for (size_t i = 0; fields[i]; i += 2)
		if (fields[i + 1])
			buffer_format(&fixture->fields, "%s=%s ", fields[i], fields[i + 1]);
}

static void count_refusal(void *data, enum logbook entry, const char *const *fields)
{
	struct fixture *fixture = data;

	if (entry == LOGBOOK_CLIENT_REFUSED || entry == LOGBOOK_FOREIGN_PROTOCOL)
		note_fields(fixture, fields);
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

static void note_end(void *data, const struct event *event)
{
	struct fixture *fixture = data;

	if (event->kind == EVENT_CLOSED)
		snprintf(fixture->closed, sizeof(fixture->closed), "%.*s", (int) event->text_length,
			event->text);
}

static void ignore_effects(void *data, const struct event *event, const struct outbox *outbox)
{
	(void) data;
	(void) event;
	(void) outbox;
}

static void carry_out(void *data, const struct outbox *outbox)
{
	const struct clients_others nobody = { 0 };
	const struct fixture *fixture = data;

	clients_carry_out(fixture->clients, outbox, &nobody);
}

static int park(void *data, int fd, uint64_t id, const char *listener)
{
	struct fixture *fixture = data;

	assert_true(fd >= 0 && id);
	buffer_format(&fixture->happened, "parked %s ", listener);
	return fixture->park_error;
}

static void unpark(void *data, uint64_t id)
{
	struct fixture *fixture = data;

	assert_true(id);
	buffer_put_text(&fixture->happened, "let go ");
}

static void note(void *data, enum event_log_kind kind, struct event_log_note note)
{
	struct fixture *fixture = data;

	assert_true(note.session);
	buffer_format(&fixture->happened, "%s of %u%s ", kind == EVENT_LOG_CUT ? "cut" : "noise",
		(unsigned int) note.bytes, note.is_swallowing ? " goes on" : "");
}

static void use_settings(struct fixture *fixture)
{
	struct event event = { .kind = EVENT_SETTINGS };
	struct problems problems = { 0 };

	fixture->settings = settings_parse(NULL, 0, &problems);
	problems_done(&problems);
	event.settings = fixture->settings;
	engine_handle(fixture->engine, &event);
}

static void make_clients(struct fixture *fixture)
{
	const struct clients_needs needs = { fixture->loop, &fixture->log, fixture->engine,
		fixture->helpers, park, unpark, note, fixture };

	fixture->clients = clients_new(&needs);
	clients_limit_files(fixture->clients, MOST_FILES);
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	const struct engine_calls calls = { note_end, ignore_effects, carry_out, NULL, fixture };
	struct helpers_needs helpers = { NULL, &fixture->log, NULL,
		{ "/nonexistent", "/nonexistent" }, 10 };

	now_ms = 1000;
	fixture->log = (struct log){ count_refusal, fixture };
	if (loop_new(&fixture->loop) < 0 || engine_new(fixture->loop, &calls, &fixture->engine) < 0)
		return -1;
	engine_set_world(fixture->engine, world_new());
	helpers.loop = fixture->loop;
	helpers.engine = fixture->engine;
	if (helpers_new(&helpers, &fixture->helpers) < 0)
		return -1;
	make_clients(fixture);
	use_settings(fixture);
	make_pair(fixture);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	clients_free(fixture->clients);
	helpers_free(fixture->helpers);
	engine_free(fixture->engine);
	loop_free(fixture->loop);
	settings_unref(fixture->settings);
	buffer_done(&fixture->happened);
	buffer_done(&fixture->fields);
	close(fixture->sockets[1]);
	free(fixture);
	return 0;
}

/* Leave that many descriptors for clients, from 0 on. */
static void leave_descriptors(struct fixture *fixture, int count)
{
	fixture->settings->loop_reserved_files = (uint32_t) (MOST_FILES - count);
}

static size_t count_clients(const struct fixture *fixture)
{
	return connections_count(clients_connections(fixture->clients));
}

static size_t count_sessions(const struct fixture *fixture)
{
	return engine_world(fixture->engine)->n_sessions;
}

static void assert_happened(struct fixture *fixture, const char *what)
{
	assert_string_equal(buffer_text(&fixture->happened), what);
	buffer_clear(&fixture->happened);
}

static void accept_client(struct fixture *fixture, int fd)
{
	const struct address address = { .family = ADDRESS_FAMILY_UNIX };

	clients_accept(fixture->clients, fd, "here", &address, false);
}

/* The refusal is sent at once, followed by the end. */
static void assert_refused(struct fixture *fixture)
{
	char text[512] = "";

	assert_true(read(fixture->sockets[1], text, sizeof(text) - 1) > 0);
	assert_string_equal(text, "ERROR :The server is full, try again later\r\n");
	assert_int_equal(read(fixture->sockets[1], text, sizeof(text)), 0);
}

/* Was the client admitted? Otherwise it received the end. */
static bool is_let_in(struct fixture *fixture)
{
	size_t n_before = count_clients(fixture);

	accept_client(fixture, fixture->sockets[0]);
	if (count_clients(fixture) > n_before)
		return true;
	assert_refused(fixture);
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

	leave_descriptors(fixture, fixture->sockets[0]);
	assert_false(is_let_in(fixture));
	next_client(fixture);
	leave_descriptors(fixture, fixture->sockets[0] + 1);
	assert_true(is_let_in(fixture));
	assert_int_equal(fixture->n_refusals, 1);
	assert_string_equal(fixture->fields.bytes,
		"LISTENER=here CLIENTS=1 REASON=no file descriptors are left for clients; raise "
		"LimitNOFILE= ");
}

static void refuse(struct fixture *fixture, size_t count)
{
	leave_descriptors(fixture, 0);
	for (size_t i = 0; i < count; i++) {
		assert_false(is_let_in(fixture));
		next_client(fixture);
	}
}

static void that_it_is_full_is_logged_once_a_minute(void **state)
{
	struct fixture *fixture = *state;

	refuse(fixture, 3);
	assert_int_equal(fixture->n_refusals, 1);
	now_ms += FULL_TOLD_EVERY_MS - 1;
	refuse(fixture, 1);
	assert_int_equal(fixture->n_refusals, 1);
	now_ms += 1;
	refuse(fixture, 1);
	assert_int_equal(fixture->n_refusals, 2);
	refuse(fixture, 1);
	assert_int_equal(fixture->n_refusals, 2);
}

static void assert_next_entry(const struct fixture *fixture, uint64_t at_ms)
{
	assert_true(clients_next_deadline(fixture->clients) == at_ms);
}

/* Clients refused since are logged together when the minute is over. */
static void each_refused_client_is_counted_once(void **state)
{
	struct fixture *fixture = *state;

	assert_next_entry(fixture, UINT64_MAX);
	refuse(fixture, 3);
	assert_int_equal(fixture->n_logged, 1);
	assert_next_entry(fixture, now_ms + FULL_TOLD_EVERY_MS);
	now_ms += FULL_TOLD_EVERY_MS - 1;
	clients_tick(fixture->clients);
	assert_int_equal(fixture->n_logged, 1);
	now_ms += 1;
	clients_tick(fixture->clients);
	assert_int_equal(fixture->n_refusals, 2);
	assert_int_equal(fixture->n_logged, 3);
	assert_string_equal(
		fixture->fields.bytes, "CLIENTS=2 REASON=the server was full; raise LimitNOFILE= ");
	assert_next_entry(fixture, UINT64_MAX);
	clients_tick(fixture->clients);
	assert_int_equal(fixture->n_refusals, 2);
	refuse(fixture, 1); /* the next minute begins */
	assert_int_equal(fixture->n_logged, 3);
	assert_next_entry(fixture, now_ms + FULL_TOLD_EVERY_MS);
}

/* Neither its session nor its descriptor remains, and the next client is served. */
static void a_client_that_epoll_refuses_leaves_nothing(void **state)
{
	struct fixture *fixture = *state;
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	accept_client(fixture, fd);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	assert_int_equal(count_clients(fixture), 0);
	assert_int_equal(count_sessions(fixture), 0);
	assert_happened(fixture, "parked here let go ");
	assert_true(is_let_in(fixture));
	assert_int_equal(count_sessions(fixture), 1);
	assert_happened(fixture, "parked here ");
}

/* Except if it will be parked later. */
static void who_cannot_be_parked_is_not_let_in(void **state)
{
	struct fixture *fixture = *state;

	fixture->park_error = -ETOOMANYREFS;
	assert_false(is_let_in(fixture));
	assert_string_equal(fixture->fields.bytes,
		"LISTENER=here CLIENTS=1 REASON=no more sockets can be stored for a restart; raise "
		"LimitNOFILE= ");
	next_client(fixture);
	fixture->park_error = -EAGAIN;
	now_ms += FULL_TOLD_EVERY_MS;
	assert_false(is_let_in(fixture));
	assert_string_equal(fixture->fields.bytes,
		"LISTENER=here CLIENTS=1 REASON=no more sockets can be stored for a restart; raise "
		"net.core.wmem_max ");
	next_client(fixture);
	assert_int_equal(count_sessions(fixture), 0);
	fixture->park_error = -EMFILE;
	assert_true(is_let_in(fixture));
	assert_int_equal(count_sessions(fixture), 1);
}

static void turn(const struct fixture *fixture)
{
	assert_int_equal(loop_turn(fixture->loop, 0), 0);
}

static void what_is_no_line_is_noted(void **state)
{
	struct fixture *fixture = *state;

	assert_true(is_let_in(fixture));
	assert_happened(fixture, "parked here ");
	assert_int_equal(write(fixture->sockets[1], "NICK ana\r\n\r\n\r\n", 14), 14);
	turn(fixture);
	turn(fixture);
	assert_happened(fixture, "noise of 4 ");
}

static uint64_t only_session(const struct fixture *fixture)
{
	const struct session *session;

	LIST_EACH (session, &engine_world(fixture->engine)->sessions, in_world)
		return session->id;
	return 0;
}

/* The client gets an answer in its own protocol, and its session ends. */
static void who_speaks_another_protocol_is_answered_and_gone(void **state)
{
	struct fixture *fixture = *state;
	char text[512] = "", fields[128];

	assert_true(is_let_in(fixture));
	snprintf(fields, sizeof(fields), "SESSION=%llu ADDRESS=local LISTENER=here PROTOCOL=HTTP ",
		(unsigned long long) only_session(fixture));
	assert_int_equal(write(fixture->sockets[1], "GET / HTTP/1.1\r\n\r\n", 18), 18);
	turn(fixture);
	turn(fixture);
	assert_int_equal(count_sessions(fixture), 0);
	assert_true(read(fixture->sockets[1], text, sizeof(text) - 1) > 0);
	assert_non_null(strstr(text, "was sent HTTP"));
	assert_string_equal(fixture->fields.bytes, fields);
	assert_string_equal(fixture->closed, "Speaks HTTP, not IRC");
}

static void a_session_may_end_without_its_connection(void **state)
{
	struct fixture *fixture = *state;
	uint64_t id;

	assert_true(is_let_in(fixture));
	id = only_session(fixture);
	clients_end_session(fixture->clients, id, "why");
	assert_int_equal(count_sessions(fixture), 0);
	assert_true(connection_is_open(clients_connections(fixture->clients), id));
}

static void a_connection_may_get_a_session_later(void **state)
{
	struct fixture *fixture = *state;
	struct connections *connections = clients_connections(fixture->clients);
	uint64_t id = connections_reserve(connections);

	assert_true(connections_add(connections, id, fixture->sockets[0], false));
	clients_welcome(fixture->clients, id, fixture->sockets[0], "there");
	assert_string_equal(session_find(engine_world(fixture->engine), id)->listener, "there");
}

static void note_password(const struct fixture *fixture, uint64_t session)
{
	struct outbox outbox = { 0 };

	outbox_verify(&outbox, session, session, "*0", "word");
	helpers_note(fixture->helpers, &outbox.effects[0]);
	outbox_done(&outbox);
}

static void who_has_left_wants_no_answers(void **state)
{
	struct fixture *fixture = *state;
	struct outbox outbox = { 0 };
	uint64_t id;

	assert_true(is_let_in(fixture));
	id = only_session(fixture);
	note_password(fixture, id);
	note_password(fixture, 8);
	note_password(fixture, 9);
	close(fixture->sockets[1]);
	turn(fixture);
	turn(fixture);
	assert_int_equal(count_sessions(fixture), 0);
	assert_int_equal(helpers_count(fixture->helpers), 2);
	clients_drop(fixture->clients, 8, "why");
	assert_int_equal(helpers_count(fixture->helpers), 1);
	outbox_add(&outbox, EFFECT_CLOSE, 9);
	carry_out(fixture, &outbox);
	outbox_done(&outbox);
	assert_int_equal(helpers_count(fixture->helpers), 0);
	fixture->sockets[1] = -1;
}

static void note_effect(void *data, const struct effect *effect)
{
	buffer_format(data, "%u ", (unsigned int) effect->session);
}

static void note_erased(void *data, const struct effect *effect)
{
	buffer_format(data, "erased %u ", (unsigned int) effect->number);
}

/* Each effect reaches only its own handler. */
static void others_hear_what_is_theirs(void **state)
{
	struct fixture *fixture = *state;
	const struct clients_others all = {
		.ask = note_effect,
		.reload = note_effect,
		.restart = note_effect,
		.log = note_effect,
		.acted = note_effect,
		.erase = note_erased,
		.data = &fixture->happened,
		.gates = &fixture->happened,
		.control = &fixture->happened,
	};
	const struct clients_others some = { .reload = note_effect, .data = &fixture->happened };
	struct outbox outbox = { 0 };

	outbox_verify(&outbox, 1, 1, "*0", "word");
	outbox_add(&outbox, EFFECT_RELOAD, 2);
	outbox_add(&outbox, EFFECT_RESTART, 3);
	outbox_add(&outbox, EFFECT_LOG, 4);
	outbox_add(&outbox, EFFECT_PAUSE, 5);
	outbox_erase(&outbox, 6);
	clients_carry_out(fixture->clients, &outbox, &all);
	assert_happened(fixture, "1 2 3 4 erased 6 ");
	clients_carry_out(fixture->clients, &outbox, &some);
	assert_happened(fixture, "2 ");
	outbox.effects[3].kind = EFFECT_PAUSE; /* a pause has no entry to be freed */
	outbox_done(&outbox);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_last_descriptors_are_for_other_things),
		TEST(that_it_is_full_is_logged_once_a_minute),
		TEST(each_refused_client_is_counted_once),
		TEST(a_client_that_epoll_refuses_leaves_nothing),
		TEST(who_cannot_be_parked_is_not_let_in),
		TEST(what_is_no_line_is_noted),
		TEST(who_speaks_another_protocol_is_answered_and_gone),
		TEST(a_session_may_end_without_its_connection),
		TEST(a_connection_may_get_a_session_later),
		TEST(who_has_left_wants_no_answers),
		TEST(others_hear_what_is_theirs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
