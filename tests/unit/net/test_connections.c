/* The connections of clients, over socket pairs, so that each turn is foreseeable. */
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

#include "base/buffer.h"
#include "base/cleanup.h"
#include "net/connection.h"

#define PEERS_MAX 8

struct fixture {
	struct loop *loop;
	struct connections *connections;
	struct buffer happened; /* one line for each callback */
	int peers[PEERS_MAX];	/* the clients' ends */
	int n_peers;
	bool pauses_on_line, closes_on_line, answers_overflow, answers_drained;
};

static void send_text(struct fixture *fixture, uint64_t id, const char *text)
{
	struct line *line = line_new(text, strlen(text));

	connection_send(fixture->connections, id, line);
	line_unref(line);
}

static void on_line(void *data, uint64_t id, const struct frame *frame)
{
	struct fixture *fixture = data;

	buffer_put_text(&fixture->happened, frame->is_too_long ? "long:" : "line:");
	buffer_put(&fixture->happened, frame->bytes, frame->length < 40 ? frame->length : 40);
	buffer_put_byte(&fixture->happened, '\n');
	if (fixture->pauses_on_line)
		connection_pause(fixture->connections, id);
	if (fixture->closes_on_line)
		connection_close(fixture->connections, id);
}

static void on_foreign(void *data, uint64_t id, const char *protocol)
{
	struct fixture *fixture = data;

	(void) id;
	buffer_format(&fixture->happened, "foreign:%s\n", protocol);
}

static void on_closed(void *data, uint64_t id, const char *reason)
{
	struct fixture *fixture = data;

	buffer_format(&fixture->happened, "closed:%s\n", reason);
	send_text(fixture, id, "this goes nowhere\r\n");
}

static void on_overflow(void *data, uint64_t id)
{
	struct fixture *fixture = data;

	buffer_put_text(&fixture->happened, "overflow\n");
	if (!fixture->answers_overflow)
		return;
	send_text(fixture, id, "ERROR :too slow\r\n");
	connection_close(fixture->connections, id);
}

static void on_drained(void *data, uint64_t id)
{
	struct fixture *fixture = data;

	buffer_put_text(&fixture->happened, "drained\n");
	if (fixture->answers_drained)
		send_text(fixture, id, "more\r\n");
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct connection_callbacks callbacks = {
		.on_line = on_line,
		.on_foreign = on_foreign,
		.on_closed = on_closed,
		.on_overflow = on_overflow,
		.on_drained = on_drained,
		.data = fixture,
	};

	assert_non_null(fixture);
	assert_int_equal(loop_new(&fixture->loop), 0);
	fixture->connections = connections_new(fixture->loop, NULL, &callbacks);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	connections_free(fixture->connections);
	loop_free(fixture->loop);
	for (int i = 0; i < fixture->n_peers; i++)
		if (fixture->peers[i] >= 0)
			close(fixture->peers[i]);
	buffer_done(&fixture->happened);
	free(fixture);
	return 0;
}

static uint64_t add(struct fixture *fixture)
{
	int pair[2];
	uint64_t id;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	assert_true(fixture->n_peers < PEERS_MAX);
	fixture->peers[fixture->n_peers++] = pair[1];
	id = connections_add(fixture->connections, pair[0]);
	assert_int_not_equal(id, 0);
	return id;
}

static void turn(struct fixture *fixture)
{
	assert_int_equal(loop_turn(fixture->loop, 0), 0);
}

static void say_bytes(struct fixture *fixture, int peer, const char *bytes, size_t length)
{
	assert_int_equal(write(fixture->peers[peer], bytes, length), length);
}

static void say(struct fixture *fixture, int peer, const char *text)
{
	say_bytes(fixture, peer, text, strlen(text));
}

static void hang_up(struct fixture *fixture, int peer)
{
	close(fixture->peers[peer]);
	fixture->peers[peer] = -1;
}

static void assert_happened(struct fixture *fixture, const char *what)
{
	assert_string_equal(buffer_text(&fixture->happened), what);
	buffer_clear(&fixture->happened);
}

/* What has come to the client since, and whether that was all. */
static void assert_heard(struct fixture *fixture, int peer, const char *text, bool is_end)
{
	char bytes[4096];
	ssize_t n = read(fixture->peers[peer], bytes, sizeof(bytes));

	if (*text) {
		assert_int_equal(n, strlen(text));
		assert_memory_equal(bytes, text, strlen(text));
		n = read(fixture->peers[peer], bytes, sizeof(bytes));
	}
	assert_int_equal(n, is_end ? 0 : -1);
}

static const struct connection *inside(struct fixture *fixture, uint64_t id)
{
	const struct connection *connection = connections_find_any(fixture->connections, id);

	assert_non_null(connection);
	return connection;
}

/* Also: a silent client costs the loop nothing. */
static void assert_sleeps(struct fixture *fixture)
{
	uint64_t turns = loop_turns(fixture->loop), end_ms;

	turn(fixture); /* what has been put off */
	end_ms = loop_now_ms(fixture->loop) + 30;
	assert_int_equal(loop_turn(fixture->loop, end_ms), 0);
	assert_true(loop_now_ms(fixture->loop) >= end_ms);
	assert_int_equal(loop_turns(fixture->loop), turns + 2);
}

static void lines_are_given_one_by_one(void **state)
{
	struct fixture *fixture = *state;

	add(fixture);
	turn(fixture);
	say(fixture, 0, "NICK ana\r\nUSER a\nPI");
	turn(fixture);
	assert_happened(fixture, "line:NICK ana\nline:USER a\n");
	say(fixture, 0, "NG\r");
	turn(fixture);
	assert_happened(fixture, "");
	say(fixture, 0, "\n\r\n");
	turn(fixture);
	assert_happened(fixture, "line:PING\n");
}

static void nothing_goes_out_before_the_turn_ends(void **state)
{
	struct fixture *fixture = *state;
	uint64_t id = add(fixture);

	send_text(fixture, id, "one\r\n");
	send_text(fixture, id, "two\r\n");
	assert_heard(fixture, 0, "", false);
	assert_int_equal(loop_turn(fixture->loop, UINT64_MAX), 0);
	assert_heard(fixture, 0, "one\r\ntwo\r\n", false);
	assert_sleeps(fixture);
}

static void at_rest_a_connection_is_small(void **state)
{
	struct fixture *fixture = *state;
	uint64_t id = add(fixture);

	say(fixture, 0, "NICK a\r\nUS");
	turn(fixture);
	assert_int_equal(inside(fixture, id)->pending_length, 2);
	say(fixture, 0, "ER\r\n");
	for (int i = 0; i < 20; i++)
		send_text(fixture, id, "welcome\r\n");
	turn(fixture);
	assert_null(inside(fixture, id)->pending);
	assert_null(inside(fixture, id)->queue.first);
	assert_null(inside(fixture, id)->queue.head);
	assert_true(sizeof(struct connection) <= 96);
}

static void a_pause_stops_before_the_next_line(void **state)
{
	struct fixture *fixture = *state;
	uint64_t id = add(fixture);

	fixture->pauses_on_line = true;
	say(fixture, 0, "A\r\nB\r\nC\r\n");
	turn(fixture);
	assert_happened(fixture, "line:A\n");
	say(fixture, 0, "D\r\n");
	assert_sleeps(fixture);
	assert_happened(fixture, "");
	connection_resume(fixture->connections, id);
	assert_happened(fixture, "");
	turn(fixture);
	assert_happened(fixture, "line:B\n");
	fixture->pauses_on_line = false;
	connection_resume(fixture->connections, id);
	turn(fixture);
	turn(fixture);
	assert_happened(fixture, "line:C\nline:D\n");
}

static void while_paused_little_is_kept(void **state)
{
	struct fixture *fixture = *state;
	uint64_t id = add(fixture);
	char bytes[32768];

	memset(bytes, '\n', sizeof(bytes));
	memcpy(bytes, "A\nB\n", 4);
	fixture->pauses_on_line = true;
	connection_set_limits(fixture->connections, id, 1000, 1000);
	say_bytes(fixture, 0, bytes, sizeof(bytes));
	for (int i = 0; i < 5; i++)
		turn(fixture);
	assert_happened(fixture, "line:A\n");
	assert_true(inside(fixture, id)->pending_length <= FRAME_LINE_BYTES);
}

static void the_end_of_input_closes(void **state)
{
	struct fixture *fixture = *state;

	add(fixture);
	say(fixture, 0, "Hello, servidor!\r\nrest");
	hang_up(fixture, 0);
	turn(fixture);
	turn(fixture);
	assert_happened(fixture, "line:Hello, servidor!\nclosed:Connection closed\n");
	assert_int_equal(connections_count(fixture->connections), 0);
	assert_sleeps(fixture);
	assert_true(connections_next_deadline(fixture->connections) == UINT64_MAX);
}

static void a_half_closed_peer_still_gets_its_answers(void **state)
{
	struct fixture *fixture = *state;
	uint64_t id = add(fixture);

	send_text(fixture, id, "answer\r\n");
	assert_int_equal(shutdown(fixture->peers[0], SHUT_WR), 0);
	turn(fixture);
	assert_happened(fixture, "closed:Connection closed\n");
	assert_heard(fixture, 0, "answer\r\n", true);
	assert_int_equal(connections_count(fixture->connections), 0);
}

static void the_last_line_arrives_before_the_end(void **state)
{
	struct fixture *fixture = *state;
	uint64_t id = add(fixture);

	say(fixture, 0, "still talking");
	send_text(fixture, id, "ERROR :bye\r\n");
	connection_close(fixture->connections, id);
	send_text(fixture, id, "this goes nowhere\r\n");
	turn(fixture);
	assert_heard(fixture, 0, "ERROR :bye\r\n", true);
	say(fixture, 0, " and talking\r\n");
	turn(fixture);
	assert_int_equal(connections_count(fixture->connections), 1);
	hang_up(fixture, 0);
	turn(fixture);
	assert_int_equal(connections_count(fixture->connections), 0);
	assert_happened(fixture, "");
}

static void lingering_has_an_end(void **state)
{
	struct fixture *fixture = *state;
	uint64_t id = add(fixture);
	uint64_t deadline_ms;

	connection_close(fixture->connections, id);
	turn(fixture);
	deadline_ms = connections_next_deadline(fixture->connections);
	assert_true(deadline_ms <= loop_now_ms(fixture->loop) + LINGER_MS);
	connections_tick(fixture->connections);
	turn(fixture);
	assert_int_equal(connections_count(fixture->connections), 1);
	fixture->connections->goodbyes[fixture->connections->first_goodbye].deadline_ms = 0;
	connections_tick(fixture->connections);
	turn(fixture);
	assert_int_equal(connections_count(fixture->connections), 0);
	assert_true(connections_next_deadline(fixture->connections) == UINT64_MAX);
}

static void a_line_may_close_its_connection(void **state)
{
	struct fixture *fixture = *state;

	add(fixture);
	fixture->closes_on_line = true;
	say(fixture, 0, "QUIT\r\nPRIVMSG\r\n");
	turn(fixture);
	assert_happened(fixture, "line:QUIT\n");
	assert_heard(fixture, 0, "", true);
}

static void an_overflow_is_told_once_with_room_for_a_word(void **state)
{
	struct fixture *fixture = *state;
	uint64_t id = add(fixture);

	fixture->answers_overflow = true;
	connection_set_limits(fixture->connections, id, 20, 1000);
	for (int i = 0; i < 5; i++)
		send_text(fixture, id, "0123456789\r\n");
	assert_happened(fixture, "");
	turn(fixture);
	assert_happened(fixture, "overflow\n");
	assert_heard(fixture, 0, "ERROR :too slow\r\n", true);
	turn(fixture);
	assert_happened(fixture, "");
}

static void drained_is_told_when_asked(void **state)
{
	struct fixture *fixture = *state;
	uint64_t id = add(fixture);

	send_text(fixture, id, "list\r\n");
	turn(fixture);
	assert_happened(fixture, "");
	fixture->answers_drained = true;
	connection_notify_drained(fixture->connections, id);
	turn(fixture);
	assert_happened(fixture, "drained\n");
	assert_int_equal(loop_turn(fixture->loop, UINT64_MAX), 0);
	assert_happened(fixture, "");
	assert_heard(fixture, 0, "list\r\nmore\r\n", false);
}

/* More than the kernel takes at once: nothing is lost, doubled or spun upon. */
static void a_slow_reader_gets_every_byte(void **state)
{
	struct fixture *fixture = *state;
	uint64_t id = add(fixture);
	char text[128], bytes[5000];
	size_t n_sent = 0, n_heard = 0;
	ssize_t n;

	memset(text, '.', sizeof(text));
	while (n_sent < 6000) {
		snprintf(text, sizeof(text), "%0100zu\r\n", n_sent++);
		send_text(fixture, id, text);
	}
	connection_notify_drained(fixture->connections, id);
	for (int i = 0; i < 20; i++)
		turn(fixture);
	assert_happened(fixture, "");
	assert_true(inside(fixture, id)->has_backlog);
	assert_sleeps(fixture);
	while (n_heard < n_sent * 102) {
		n = read(fixture->peers[0], bytes, sizeof(bytes));
		for (ssize_t i = 0; i < n; i++, n_heard++) {
			if (n_heard % 102 == 0)
				snprintf(text, sizeof(text), "%0100zu\r\n", n_heard / 102);
			assert_int_equal(bytes[i], text[n_heard % 102]);
		}
		turn(fixture);
	}
	assert_happened(fixture, "drained\n");
}

static void another_protocol_is_refused_at_once(void **state)
{
	struct fixture *fixture = *state;

	add(fixture);
	add(fixture);
	say(fixture, 0, "\x16\x03\x01\x02");
	say(fixture, 1, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
	turn(fixture);
	assert_happened(fixture, "foreign:TLS\nforeign:HTTP\n");
	assert_heard(fixture, 0, "", true);
	assert_int_equal(connections_count(fixture->connections), 0);
	assert_sleeps(fixture);
}

static void a_proxy_header_is_told_byte_by_byte(void **state)
{
	static const char header[] = "\r\n\r\n\0\r\nQUIT\n";
	struct fixture *fixture = *state;

	add(fixture);
	for (int i = 0; i < 5; i++) {
		say_bytes(fixture, 0, header + i, 1);
		turn(fixture);
	}
	assert_happened(fixture, "foreign:PROXY\n");
}

static void later_lines_may_look_like_anything(void **state)
{
	struct fixture *fixture = *state;

	add(fixture);
	say(fixture, 0, "\r\n\r\nNICK a\r\n");
	turn(fixture);
	say(fixture, 0, "GET / HTTP/1.1\r\n");
	turn(fixture);
	assert_happened(fixture, "line:NICK a\nline:GET / HTTP/1.1\n");
}

static void an_id_is_never_used_twice(void **state)
{
	struct fixture *fixture = *state;
	uint64_t first = add(fixture), second;

	hang_up(fixture, 0);
	turn(fixture);
	second = add(fixture);
	assert_int_not_equal(first, second);
	assert_int_equal((uint32_t) first, (uint32_t) second);
	send_text(fixture, first, "this goes nowhere\r\n");
	connection_close(fixture->connections, first);
	turn(fixture);
	assert_heard(fixture, 1, "", false);
}

static void without_a_line_end_little_is_kept(void **state)
{
	struct fixture *fixture = *state;
	uint64_t id = add(fixture);
	char bytes[4096];

	memset(bytes, 'x', sizeof(bytes));
	for (int i = 0; i < 50; i++) {
		say_bytes(fixture, 0, bytes, sizeof(bytes));
		turn(fixture);
		assert_null(inside(fixture, id)->pending);
	}
	say(fixture, 0, "\r\nPING\r\n");
	turn(fixture);
	assert_happened(fixture, "long:xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\nline:PING\n");
}

static void there_is_an_end_to_noise(void **state)
{
	struct fixture *fixture = *state;
	char bytes[4096];

	add(fixture);
	memset(bytes, '\n', sizeof(bytes));
	for (size_t n = 0; n < NOISE_BYTES; n += sizeof(bytes)) {
		say_bytes(fixture, 0, bytes, sizeof(bytes));
		turn(fixture);
	}
	assert_happened(fixture, "");
	say(fixture, 0, "\n");
	turn(fixture);
	assert_happened(fixture, "closed:Excess flood\n");
	assert_heard(fixture, 0, "", true);
	assert_int_equal(connections_count(fixture->connections), 1);
	say(fixture, 0, "\n");
	turn(fixture);
	assert_int_equal(connections_count(fixture->connections), 0);
}

/* Writing finds the peer gone; what it had said still counts. */
static void what_a_dead_peer_said_is_still_given(void **state)
{
	struct fixture *fixture = *state;
	uint64_t id = add(fixture);

	connection_pause(fixture->connections, id);
	say(fixture, 0, "QUIT :going\r\n");
	hang_up(fixture, 0);
	send_text(fixture, id, "answer\r\n");
	turn(fixture);
	assert_sleeps(fixture);
	assert_happened(fixture, "");
	connection_resume(fixture->connections, id);
	for (int i = 0; i < 4; i++)
		turn(fixture);
	assert_happened(fixture, "line:QUIT :going\nclosed:Broken pipe\n");
	assert_int_equal(connections_count(fixture->connections), 0);
}

static void a_closed_backlog_ends_with_the_peer(void **state)
{
	struct fixture *fixture = *state;
	uint64_t id = add(fixture);
	char text[101] = { 0 };

	memset(text, 'x', sizeof(text) - 1);
	for (int i = 0; i < 9000; i++)
		send_text(fixture, id, text);
	for (int i = 0; i < 20; i++)
		turn(fixture);
	connection_close(fixture->connections, id);
	assert_sleeps(fixture);
	assert_int_equal(connections_count(fixture->connections), 1);
	hang_up(fixture, 0);
	for (int i = 0; i < 3; i++)
		turn(fixture);
	assert_int_equal(connections_count(fixture->connections), 0);
}

static void a_drain_brings_out_what_is_queued(void **state)
{
	struct fixture *fixture = *state;
	uint64_t ids[2] = { add(fixture), add(fixture) };

	send_text(fixture, ids[0], "ERROR :stopping\r\n");
	send_text(fixture, ids[1], "staying\r\n");
	connection_close(fixture->connections, ids[0]);
	connections_drain(fixture->connections, 20);
	assert_heard(fixture, 0, "ERROR :stopping\r\n", true);
	assert_heard(fixture, 1, "staying\r\n", false);
	assert_happened(fixture, "");
}

static void many_slots_come_and_go(void **state)
{
	struct fixture *fixture = *state;
	uint64_t ids[200];

	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < ARRAY_LENGTH(ids); i++) {
			ids[i] = add(fixture);
			close(fixture->peers[--fixture->n_peers]);
		}
		assert_int_equal(connections_count(fixture->connections), ARRAY_LENGTH(ids));
		for (int i = 0; i < 20; i++)
			turn(fixture);
		assert_int_equal(connections_count(fixture->connections), 0);
		buffer_clear(&fixture->happened);
	}
	assert_true(fixture->connections->n_slots <= 256);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lines_are_given_one_by_one),
		TEST(nothing_goes_out_before_the_turn_ends),
		TEST(at_rest_a_connection_is_small),
		TEST(a_pause_stops_before_the_next_line),
		TEST(while_paused_little_is_kept),
		TEST(the_end_of_input_closes),
		TEST(a_half_closed_peer_still_gets_its_answers),
		TEST(the_last_line_arrives_before_the_end),
		TEST(lingering_has_an_end),
		TEST(a_line_may_close_its_connection),
		TEST(an_overflow_is_told_once_with_room_for_a_word),
		TEST(drained_is_told_when_asked),
		TEST(a_slow_reader_gets_every_byte),
		TEST(another_protocol_is_refused_at_once),
		TEST(a_proxy_header_is_told_byte_by_byte),
		TEST(later_lines_may_look_like_anything),
		TEST(an_id_is_never_used_twice),
		TEST(without_a_line_end_little_is_kept),
		TEST(there_is_an_end_to_noise),
		TEST(what_a_dead_peer_said_is_still_given),
		TEST(a_closed_backlog_ends_with_the_peer),
		TEST(a_drain_brings_out_what_is_queued),
		TEST(many_slots_come_and_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
