/* Connections continue in a new process: what was saved, what happened since, what the kernel
 * knows. */
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
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "clients.h"
#include "net/resume.h"

/* Save, crash, and load without a socket. */
static void come_back(struct clients *clients)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 };

	clients_save(clients, &saved);
	clients_load(clients, &saved);
}

static void partial_lines_and_pauses_go_on_over(struct clients *clients, bool is_tcp)
{
	uint64_t id = clients_add_parked(clients, is_tcp);

	clients->pauses_on_line = true;
	clients_say(clients, 0, "ONE\r\nTWO\r\nTHR");
	clients_turn(clients);
	assert_happened(clients, "line:ONE\n");
	come_back(clients);
	assert_int_equal(clients_attach(clients, 0, id), 0);
	assert_sleeps(clients);
	assert_happened(clients, "");
	clients->pauses_on_line = false;
	connection_resume(clients->connections, id);
	clients_turn(clients);
	assert_happened(clients, "line:TWO\n");
	come_back(clients);
	assert_int_equal(clients_attach(clients, 0, id), 0);
	clients_say(clients, 0, "EE\r\n");
	clients_turn(clients);
	assert_happened(clients, "line:THREE\n");
}

static void partial_lines_and_pauses_go_on(void **state)
{
	partial_lines_and_pauses_go_on_over(*state, true);
}

static void partial_lines_and_pauses_go_on_over_unix_sockets(void **state)
{
	partial_lines_and_pauses_go_on_over(*state, false);
}

static void the_rest_of_a_long_line_is_swallowed(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add_parked(clients, true);
	char bytes[2000];

	memset(bytes, 'x', sizeof(bytes));
	clients_say_bytes(clients, 0, bytes, sizeof(bytes));
	clients_turn(clients);
	come_back(clients);
	assert_int_equal(clients_inside(clients, id)->in.noise, sizeof(bytes) - 510);
	assert_int_equal(clients_attach(clients, 0, id), 0);
	clients_say(clients, 0, "xx\r\nPING\r\n");
	clients_turn(clients);
	assert_happened(clients, "long:xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\nline:PING\n");
}

/* The input was removed from the kernel, but only its first line was logged. */
static void what_was_being_read_is_found_again(void **state)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 };
	struct clients *clients = *state;
	uint64_t id = clients_add_parked(clients, true);
	struct partial_lines *partials = clients->partials;
	const struct connection *connection;

	clients_say(clients, 0, "ONE\r\n");
	clients_turn(clients);
	clients_save(clients, &saved);
	connection = clients_inside(clients, id);
	clients_say(clients, 0, "TWO\r\nTHREE\r\nFOU");
	partials->reading = (struct partial_line){ id, connection->in.taken, 100, 0 };
	assert_int_equal(recv(connection->fd, partials->input, 100, 0), 15);
	clients_load(clients, &saved);
	connection_consume(clients->connections, id, 5, false);
	assert_int_equal(clients_attach(clients, 0, id), 0);
	clients_turn(clients);
	clients_say(clients, 0, "R\r\n");
	clients_turn(clients);
	assert_happened(clients, "line:ONE\nline:THREE\nline:FOUR\n");
}

/* Even if the kernel has accepted part of a line, and more after the save. */
static void queued_output_goes_on(struct clients *clients, bool is_tcp)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 }, heard = { 0 };
	uint64_t id = clients_add_parked(clients, is_tcp);
	char text[1200];

	for (int i = 0; i < 900; i++) {
		snprintf(text, sizeof(text), "%01000d\r\n", i);
		clients_send(clients, id, text);
	}
	for (int i = 0; i < 50 && !clients_inside(clients, id)->out.has_backlog; i++)
		clients_turn(clients);
	connection_notify_drained(clients->connections, id);
	assert_true(clients_inside(clients, id)->out.has_backlog);
	clients_save(clients, &saved);
	for (int i = 0; i < 100 && is_tcp; i++) {
		char byte;

		assert_true(read(clients->peers[0], &byte, 1) == 1);
		buffer_put_byte(&heard, byte);
		clients_turn(clients);
	}
	clients_load(clients, &saved);
	assert_int_equal(clients_attach(clients, 0, id), 0);
	for (int i = 0; i < 5000 && heard.length < (size_t) 900 * 1002; i++) {
		clients_hear(clients, 0, &heard);
		assert_int_equal(loop_turn(clients->loop, loop_now_ms(clients->loop) + 5), 0);
	}
	clients_turn(clients);
	assert_happened(clients, "drained\n");
	assert_int_equal(heard.length, (size_t) 900 * 1002);
	for (int i = 0; i < 900; i++) {
		snprintf(text, sizeof(text), "%01000d\r\n", i);
		assert_memory_equal(heard.bytes + (size_t) i * 1002, text, 1002);
	}
}

static void queued_output_goes_on_where_the_kernel_is(void **state)
{
	queued_output_goes_on(*state, true);
}

static void queued_output_goes_on_over_unix_sockets(void **state)
{
	queued_output_goes_on(*state, false);
}

static void what_was_told_of_is_not_told_again(void **state)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 };
	struct clients *clients = *state;
	uint64_t id = clients_add_parked(clients, true);

	clients_save(clients, &saved);
	clients_say(clients, 0, "\r\nONE\r\nTWO\r\n");
	/* The process crashes after the first line was reported, and before input was removed. */
	clients_load(clients, &saved);
	connection_note_noise(clients->connections, id, 2, false);
	connection_consume(clients->connections, id, 5, false);
	assert_int_equal(clients_attach(clients, 0, id), 0);
	assert_int_equal(clients_unread(clients, id), 5);
	clients_turn(clients);
	assert_happened(clients, "line:TWO\n");
	assert_int_equal(clients_inside(clients, id)->in.taken, 12);
}

static void what_went_out_is_not_sent_again(void **state)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 };
	struct clients *clients = *state;
	uint64_t id = clients_add_parked(clients, true);

	clients_save(clients, &saved);
	clients_send(clients, id, "first\r\n");
	clients_turn(clients);
	clients_load(clients, &saved);
	clients_send(clients, id, "first\r\n");
	clients_send(clients, id, "second\r\n");
	assert_int_equal(clients_attach(clients, 0, id), 0);
	clients_turn(clients);
	assert_heard(clients, 0, "first\r\nsecond\r\n", false);
	assert_int_equal(clients_inside(clients, id)->out.written, 15);
}

static void contradictions_change_nothing(void **state)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 };
	struct clients *clients = *state;
	uint64_t id = clients_add_parked(clients, true);

	clients_save(clients, &saved);
	clients_send(clients, id, "unknown\r\n");
	clients_turn(clients);
	clients_load(clients, &saved);
	assert_int_equal(clients_attach(clients, 0, id), -EBADMSG);
	clients_send(clients, id, "unknown\r\n");
	connection_consume(clients->connections, id, 5, false);
	assert_int_equal(clients_attach(clients, 0, id), -EBADMSG);
	assert_int_equal(connections_next_detached(clients->connections, 0), id);
	clients_say(clients, 0, "ABC\r\n");
	assert_int_equal(clients_attach(clients, 0, id), 0);
	assert_int_equal(clients_attach(clients, 0, id), -ENOENT);
	assert_int_equal(clients_attach(clients, 0, id + 1), -ENOENT);
	clients_turn(clients);
	assert_happened(clients, "");
	assert_heard(clients, 0, "unknown\r\n", false);
}

static void ignore_events(void *data, uint32_t events)
{
	(void) data;
	(void) events;
}

/* epoll refuses a socket that it has already. */
static void a_socket_that_cannot_be_watched_is_not_attached(void **state)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 };
	struct clients *clients = *state;
	uint64_t id = clients_add_parked(clients, true);
	int fd = fcntl(clients->parked[0], F_DUPFD_CLOEXEC, 0);
	struct loop_watch *watch;

	clients_save(clients, &saved);
	clients_load(clients, &saved);
	watch = loop_watch_new(clients->loop, fd, ignore_events, NULL);
	assert_int_equal(loop_watch_change(watch, EPOLLIN), 0);
	assert_int_equal(connections_attach(clients->connections, id, fd), -EEXIST);
	assert_int_equal(connections_next_detached(clients->connections, 0), id);
	loop_watch_remove(watch);
	close(fd);
	assert_int_equal(clients_attach(clients, 0, id), 0);
	clients_say(clients, 0, "A\r\n");
	clients_turn(clients);
	assert_happened(clients, "line:A\n");
}

/* Two connections on Unix sockets, with byte counts. */
struct pair {
	uint64_t ids[2];
	struct byte_counts byte_counts[2];
	int pipe_fds[2];
	struct buffer saved;
};

static void pair_done(struct pair *pair)
{
	close(pair->pipe_fds[0]);
	close(pair->pipe_fds[1]);
	buffer_done(&pair->saved);
}

/* The first connection existed before the byte counts. */
static void begin_pair(struct clients *clients, struct pair *pair)
{
	assert_int_equal(pipe2(pair->pipe_fds, O_NONBLOCK), 0);
	pair->ids[0] = clients_add_parked(clients, false);
	connections_keep_byte_counts(clients->connections, pair->byte_counts, 2, pair->pipe_fds);
	pair->ids[1] = clients_add_parked(clients, false);
	clients_save(clients, &pair->saved);
}

static void come_back_as_pair(struct clients *clients, struct pair *pair)
{
	clients_load(clients, &pair->saved);
	connections_keep_byte_counts(clients->connections, pair->byte_counts, 2, pair->pipe_fds);
	for (size_t i = 0; i < 2; i++) {
		clients_send(clients, pair->ids[i], "one\r\n");
		clients_send(clients, pair->ids[i], "two\r\n");
	}
}

static void byte_counts_of_unix_clients_are_kept(void **state)
{
	CLEANUP(pair_done) struct pair pair = { 0 };
	struct clients *clients = *state;

	begin_pair(clients, &pair);
	for (size_t i = 0; i < 2; i++)
		clients_send(clients, pair.ids[i], "one\r\n");
	clients_say(clients, 0, "A\r\nB");
	clients_turn(clients);
	assert_int_equal(pair.byte_counts[0].written, 5);
	assert_int_equal(pair.byte_counts[0].taken, 4);
	pair.byte_counts[1].id++;
	come_back_as_pair(clients, &pair);
	connection_consume(clients->connections, pair.ids[0], 3, false);
	assert_int_equal(clients_attach(clients, 0, pair.ids[0]), 0);
	assert_int_equal(clients_attach(clients, 1, pair.ids[1]), -EBADMSG);
	clients_say(clients, 0, "\r\n");
	clients_turn(clients);
	assert_happened(clients, "line:A\nline:B\n");
	assert_heard(clients, 0, "one\r\ntwo\r\n", false);
}

/* Simulates a crash before or during the update of the byte counts. */
static void take_back(struct byte_counts *counts, enum byte_count_call call, uint64_t aim)
{
	counts->call = (uint32_t) call;
	counts->aim = aim;
	counts->written -= call == BYTE_COUNT_CALL_WRITE ? 5 : 0;
	counts->taken -= call == BYTE_COUNT_CALL_TAKE ? 3 : 0;
}

static void a_death_inside_a_call_is_settled_by_the_kernel(void **state)
{
	CLEANUP(pair_done) struct pair pair = { 0 };
	struct clients *clients = *state;

	begin_pair(clients, &pair);
	clients_send(clients, pair.ids[0], "one\r\n");
	clients_send(clients, pair.ids[1], "one\r\n");
	clients_say(clients, 1, "A\r\nB");
	clients_turn(clients);
	take_back(&pair.byte_counts[0], BYTE_COUNT_CALL_WRITE, 5);
	take_back(&pair.byte_counts[1], BYTE_COUNT_CALL_TAKE, 4);
	come_back_as_pair(clients, &pair);
	connection_consume(clients->connections, pair.ids[1], 3, false);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(clients_attach(clients, (int) i, pair.ids[i]), 0);
	clients_say(clients, 1, "\r\n");
	clients_turn(clients);
	assert_happened(clients, "line:A\nline:B\n");
	assert_heard(clients, 0, "one\r\ntwo\r\n", false);
	assert_heard(clients, 1, "one\r\ntwo\r\n", false);
}

static void a_death_before_a_call_is_settled_by_the_kernel(void **state)
{
	CLEANUP(pair_done) struct pair pair = { 0 };
	struct clients *clients = *state;
	int nothing_taken = 4;

	begin_pair(clients, &pair);
	clients_say(clients, 1, "A\r\nB");
	assert_int_equal(write(pair.pipe_fds[1], "one\r\n", 5), 5);
	pair.byte_counts[0].call = BYTE_COUNT_CALL_WRITE;
	pair.byte_counts[0].aim = 5;
	assert_int_equal(setsockopt(clients->parked[1], SOL_SOCKET, SO_PEEK_OFF, &nothing_taken,
				 sizeof(nothing_taken)),
		0);
	pair.byte_counts[1].call = BYTE_COUNT_CALL_TAKE;
	pair.byte_counts[1].aim = 4;
	come_back_as_pair(clients, &pair);
	connection_consume(clients->connections, pair.ids[1], 3, false);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(clients_attach(clients, (int) i, pair.ids[i]), 0);
	clients_say(clients, 1, "\r\n");
	clients_turn(clients);
	assert_happened(clients, "line:B\n");
	assert_heard(clients, 0, "one\r\ntwo\r\n", false);
	assert_heard(clients, 1, "one\r\ntwo\r\n", false);
}

static void whoever_was_closing_gets_the_last_word(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add_parked(clients, true);

	clients_say(clients, 0, "QUIT\r\nmore");
	clients_turn(clients);
	clients_send(clients, id, "ERROR :bye\r\n");
	connection_close(clients->connections, id);
	come_back(clients);
	assert_false(connection_is_open(clients->connections, id));
	assert_int_equal(clients_attach(clients, 0, id), 0);
	assert_true(connections_next_deadline(clients->connections) != UINT64_MAX);
	clients_turn(clients);
	assert_heard(clients, 0, "ERROR :bye\r\n", true);
	come_back(clients);
	assert_int_equal(clients_attach(clients, 0, id), 0);
	clients_hang_up(clients, 0);
	for (int i = 0; i < 3; i++)
		clients_turn(clients);
	assert_int_equal(connections_count(clients->connections), 0);
	assert_happened(clients, "line:QUIT\n");
}

static void whoever_had_ended_still_gets_what_was_queued(void **state)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 };
	struct clients *clients = *state;
	uint64_t id = clients_add_parked(clients, true);

	clients->tells_notes = true;
	clients_save(clients, &saved);
	assert_int_equal(shutdown(clients->peers[0], SHUT_WR), 0);
	clients_load(clients, &saved);
	clients_send(clients, id, "answer\r\n");
	connection_forget(clients->connections, id);
	clients_send(clients, id, "this goes nowhere\r\n");
	assert_int_equal(clients_attach(clients, 0, id), 0);
	clients_turn(clients);
	assert_heard(clients, 0, "answer\r\n", true);
	assert_happened(clients, "gone:0\n");
}

static void a_peer_that_has_gone_meanwhile_is_told_of(void **state)
{
	struct linger reset = { 1, 0 };
	struct clients *clients = *state;
	uint64_t ids[2] = { clients_add_parked(clients, true), clients_add_parked(clients, true) };

	come_back(clients);
	clients_say(clients, 0, "QUIT :reset\r\n");
	setsockopt(clients->peers[0], SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	clients_hang_up(clients, 0);
	clients_say(clients, 1, "QUIT :end\r\n");
	clients_hang_up(clients, 1);
	clients_send(clients, ids[0], "nobody reads this\r\n");
	assert_int_equal(clients_attach(clients, 0, ids[0]), 0);
	clients_turn(clients);
	clients_turn(clients);
	assert_happened(clients, "line:QUIT :reset\nclosed:Connection reset by peer\n");
	assert_int_equal(clients_attach(clients, 1, ids[1]), 0);
	clients_turn(clients);
	clients_turn(clients);
	assert_happened(clients, "line:QUIT :end\nclosed:Connection closed\n");
	assert_int_equal(connections_count(clients->connections), 0);
}

/* The same bytes are dropped as before the crash. */
static void an_overflow_cuts_at_the_same_place(void **state)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 }, heard = { 0 };
	struct clients *clients = *state;
	uint64_t id = clients_add_parked(clients, true), cut = 0;
	char text[1001] = { 0 };

	memset(text, 'x', sizeof(text) - 2);
	text[sizeof(text) - 2] = '\n';
	clients->tells_notes = true;
	clients->answers_overflow = true;
	connection_set_limits(clients->connections, id, 5000, 10000);
	clients_save(clients, &saved);
	for (int i = 0; i < 3000; i++)
		clients_send(clients, id, text);
	clients_turn(clients);
	assert_non_null(strstr(buffer_text(&clients->happened), "cut:"));
	cut = strtoull(strstr(clients->happened.bytes, "cut:") + 4, NULL, 10);
	buffer_clear(&clients->happened);
	clients_load(clients, &saved);
	for (int i = 0; i < 3000; i++)
		clients_send(clients, id, text);
	connection_note_cut(clients->connections, id, cut);
	come_back(clients); /* the log ended there */
	assert_int_equal(clients_attach(clients, 0, id), 0);
	for (int i = 0; i < 300; i++) {
		clients_hear(clients, 0, &heard);
		assert_int_equal(loop_turn(clients->loop, loop_now_ms(clients->loop) + 1), 0);
	}
	assert_non_null(strstr(clients->happened.bytes, "overflow:SendQ exceeded\n"));
	assert_int_equal(heard.length, cut + strlen("ERROR :too much\r\n"));
	assert_string_equal(heard.bytes + cut, "ERROR :too much\r\n");
}

static void sessions_without_a_socket_are_abandoned(void **state)
{
	struct clients *clients = *state;
	uint64_t ids[3] = { clients_add(clients), clients_add(clients), clients_add(clients) };

	connection_close(clients->connections, ids[1]);
	clients->tells_notes = true;
	come_back(clients);
	assert_true(connections_add_detached(clients->connections, ids[2] + (1ull << 32)));
	ids[2] += 1ull << 32;
	for (uint64_t id = 0, i = 0; (id = connections_next_detached(clients->connections, id));
		i++) {
		assert_int_equal(id, ids[i]);
		assert_int_equal(connection_is_open(clients->connections, id), i != 1);
		connection_abandon(clients->connections, id);
	}
	assert_int_equal(connections_count(clients->connections), 0);
	assert_happened(clients, "gone:0\ngone:1\ngone:2\n");
	assert_true(clients_add(clients) >> 32 > ids[2] >> 32);
}

static void ids_stay_unique_in_whatever_order_they_come_back(void **state)
{
	struct clients *clients = *state;
	uint64_t later = (uint64_t) 9 << 32 | 1, earlier = (uint64_t) 7 << 32 | 2;

	assert_true(connections_add_detached(clients->connections, later));
	assert_true(connections_add_detached(clients->connections, earlier));
	assert_false(connections_is_to_come(clients->connections, later));
	assert_int_equal(clients_add(clients) >> 32, 10);
	connections_skip_id(clients->connections, (uint64_t) 20 << 32 | 5);
	assert_int_equal(clients_add(clients) >> 32, 21);
	connections_skip_id(clients->connections, (uint64_t) 20 << 32 | 5);
	assert_int_equal(clients_add(clients) >> 32, 22);
}

static void newcomers_take_no_slot_of_those_who_come_back(void **state)
{
	struct clients *clients = *state;
	const uint64_t back[] = { (uint64_t) 9 << 32 | 1, (uint64_t) 7 << 32 | 2 };

	for (size_t i = 0; i < ARRAY_LENGTH(back); i++)
		assert_true(connections_add_detached(clients->connections, back[i]));
	assert_int_equal((uint32_t) clients_add(clients), 0);
	assert_int_equal((uint32_t) clients_add(clients), 3);
	assert_int_equal((uint32_t) clients_add(clients), 4);
	assert_int_equal(connections_count(clients->connections), 5);
	for (size_t i = 0; i < ARRAY_LENGTH(back); i++)
		assert_non_null(clients_inside(clients, back[i]));
}

/* A later id with the same slot proves that the old connection had ended. */
static void what_is_closing_makes_way_for_who_came_later(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add_parked(clients, true);

	connection_close(clients->connections, id);
	clients->tells_notes = true;
	come_back(clients);
	assert_int_equal(clients_attach(clients, 0, id), 0);
	assert_true(connections_add_detached(clients->connections, id + ((uint64_t) 5 << 32)));
	assert_happened(clients, "gone:0\n");
}

static void what_is_open_does_not(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add_parked(clients, true);

	come_back(clients);
	assert_int_equal(clients_attach(clients, 0, id), 0);
	assert_false(connections_add_detached(clients->connections, id + ((uint64_t) 5 << 32)));
	assert_true(connection_is_open(clients->connections, id));
}

static void whose_bytes_have_not_moved_is_fresh(void **state)
{
	struct clients *clients = *state;
	uint64_t ids[3];

	for (int i = 0; i < 3; i++)
		ids[i] = clients_add_parked(clients, true);
	clients_say(clients, 1, "PING\r\n");
	clients_turn(clients);
	clients_send(clients, ids[2], "hello\r\n");
	clients_turn(clients);
	clients_die(clients);
	clients_say(clients, 0, "nobody has read this\r\n");
	for (int i = 0; i < 3; i++)
		assert_int_equal(
			connections_is_fresh(clients->connections, ids[i], clients->parked[i]),
			i == 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, clients_setup, clients_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(partial_lines_and_pauses_go_on),
		TEST(partial_lines_and_pauses_go_on_over_unix_sockets),
		TEST(what_was_being_read_is_found_again),
		TEST(the_rest_of_a_long_line_is_swallowed),
		TEST(queued_output_goes_on_where_the_kernel_is),
		TEST(queued_output_goes_on_over_unix_sockets),
		TEST(what_was_told_of_is_not_told_again),
		TEST(what_went_out_is_not_sent_again),
		TEST(contradictions_change_nothing),
		TEST(a_socket_that_cannot_be_watched_is_not_attached),
		TEST(byte_counts_of_unix_clients_are_kept),
		TEST(a_death_inside_a_call_is_settled_by_the_kernel),
		TEST(a_death_before_a_call_is_settled_by_the_kernel),
		TEST(whoever_was_closing_gets_the_last_word),
		TEST(whoever_had_ended_still_gets_what_was_queued),
		TEST(a_peer_that_has_gone_meanwhile_is_told_of),
		TEST(an_overflow_cuts_at_the_same_place),
		TEST(sessions_without_a_socket_are_abandoned),
		TEST(ids_stay_unique_in_whatever_order_they_come_back),
		TEST(newcomers_take_no_slot_of_those_who_come_back),
		TEST(what_is_closing_makes_way_for_who_came_later),
		TEST(what_is_open_does_not),
		TEST(whose_bytes_have_not_moved_is_fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
