/* The saved form of connections and the notes in the log: edge cases and malformed ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "clients.h"
#include "net/resume.h"

#define ID ((uint64_t) 7 << 32 | 3)
#define LINE_BYTES ((size_t) 1 << 20)

/* The numbers in the saved form. */
enum {
	GENERATION = 1,
	CONNECTION = 2,
	CONNECTION_ID = 1,
	FLAGS = 20,
	SENT = 21,
	QUEUE = 22,
};

static void put_connection(
	struct buffer *out, uint64_t id, uint64_t sent, const char *queue, size_t length)
{
	size_t begun = pack_begin(out, CONNECTION);

	pack_u64(out, CONNECTION_ID, id);
	pack_u64(out, SENT, sent);
	if (length)
		pack_bytes(out, QUEUE, queue, length);
	pack_end(out, begun);
}

static bool load(struct clients *clients, const struct buffer *saved)
{
	return connections_load(clients->connections, pack_over(saved->bytes, saved->length));
}

/* Loads in a new process each time. */
static bool may_load(struct clients *clients, uint64_t id, uint64_t sent, const char *queue)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 };

	clients_die(clients);
	put_connection(&saved, id, sent, queue, strlen(queue));
	return load(clients, &saved);
}

static void what_was_sent_is_less_than_the_first_line(void **state)
{
	struct clients *clients = *state;

	assert_true(may_load(clients, ID, 0, ""));
	assert_true(may_load(clients, ID, 0, "one\ntwo\n"));
	assert_int_equal(clients_inside(clients, ID)->out.queue.bytes, 8);
	assert_true(may_load(clients, ID, 3, "one\ntwo\n"));
	assert_int_equal(clients_inside(clients, ID)->out.queue.bytes, 5);
	assert_false(may_load(clients, ID, 4, "one\ntwo\n"));
	assert_false(may_load(clients, ID, 1, ""));
}

static void an_id_that_cannot_be_is_refused(void **state)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 };
	struct clients *clients = *state;

	assert_false(may_load(clients, 3, 0, ""));
	assert_false(may_load(clients, (uint64_t) 7 << 32 | MAX_SLOTS, 0, ""));
	clients_die(clients);
	put_connection(&saved, ID, 0, NULL, 0);
	put_connection(&saved, ID + ((uint64_t) 1 << 32), 0, NULL, 0); /* the same slot */
	assert_false(load(clients, &saved));
}

static void whoever_is_here_already_is_not_loaded_over(void **state)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 };
	struct clients *clients = *state;

	clients_add(clients);
	put_connection(&saved, ID, 0, NULL, 0);
	assert_false(load(clients, &saved));
	assert_int_equal(connections_count(clients->connections), 1);
}

static void what_is_cut_short_is_refused(void **state)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 };
	struct clients *clients = *state;

	pack_u64(&saved, GENERATION, 9);
	put_connection(&saved, ID, 1, "one\n", 4);
	for (size_t length = saved.length; length-- > 14;) { /* the generation has 14 bytes */
		clients_die(clients);
		assert_int_equal(
			connections_load(clients->connections, pack_over(saved.bytes, length)),
			false);
	}
	clients_die(clients);
	assert_true(load(clients, &saved));
	assert_int_equal(clients->connections->next_generation, 9);
}

static void assert_first_line(struct clients *clients, size_t n_bytes, bool has_end, size_t length)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 };
	char *bytes = malloc(n_bytes);
	const struct connection *connection;

	memset(bytes, 'x', n_bytes);
	if (has_end)
		bytes[n_bytes - 1] = '\n';
	clients_die(clients);
	put_connection(&saved, ID, 0, bytes, n_bytes);
	assert_true(load(clients, &saved));
	connection = clients_inside(clients, ID);
	assert_int_equal(connection->out.queue.bytes, n_bytes);
	assert_int_equal(connection->out.queue.first->length, length);
	assert_int_equal(connection->out.queue.head != NULL, length < n_bytes);
	free(bytes);
}

/* Bytes without a line end are divided into lines of this size. */
static void what_has_no_line_end_is_divided(void **state)
{
	struct clients *clients = *state;

	assert_first_line(clients, 1, false, 1);
	assert_first_line(clients, LINE_BYTES - 1, false, LINE_BYTES - 1);
	assert_first_line(clients, LINE_BYTES, false, LINE_BYTES);
	assert_first_line(clients, LINE_BYTES, true, LINE_BYTES);
	assert_first_line(clients, LINE_BYTES + 1, false, LINE_BYTES);
	assert_first_line(clients, LINE_BYTES + 1, true, LINE_BYTES);
}

/* Checks each flag inside the connection; together they are saved as they were loaded. */
static void each_flag_comes_back(void **state)
{
	struct clients *clients = *state;

	for (unsigned int flag = 0; flag < 9; flag++) {
		CLEANUP(buffer_done) struct buffer saved = { 0 };
		CLEANUP(buffer_done) struct buffer again = { 0 };
		const struct connection *connection;
		size_t begun;

		clients_die(clients);
		begun = pack_begin(&saved, CONNECTION);
		pack_u64(&saved, CONNECTION_ID, ID);
		pack_u64(&saved, FLAGS, 1u << flag);
		pack_end(&saved, begun);
		assert_true(load(clients, &saved));
		connection = clients_inside(clients, ID);
		assert_int_equal(connection->in.is_paused, flag == 0);
		assert_int_equal(connection->in.is_swallowing, flag == 1);
		assert_int_equal(connection->in.is_checked, flag == 2);
		assert_int_equal(connection->out.is_overflowing, flag == 3);
		assert_int_equal(connection->phase == CONNECTION_PHASE_FAREWELL, flag == 4);
		assert_int_equal(connection->out.wants_drained, flag == 5);
		assert_int_equal(connection->out.is_mute, flag == 6);
		assert_int_equal(connection_is_closing(connection), flag == 7 || flag == 8);
		assert_int_equal(connection->has_end, flag == 8);
		connections_save(clients->connections, &again);
		clients_die(clients);
		assert_true(load(clients, &again));
		assert_int_equal(clients_inside(clients, ID)->in.is_paused, flag == 0);
		assert_int_equal(clients_inside(clients, ID)->out.wants_drained, flag == 5);
		assert_int_equal(clients_inside(clients, ID)->has_end, flag == 8);
	}
}

/* Saved twice by mistake, or by a release with more fields. */
static void the_first_queue_counts_and_the_unknown_is_skipped(void **state)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 };
	struct clients *clients = *state;
	size_t begun;

	pack_u64(&saved, 99, 1);
	begun = pack_begin(&saved, CONNECTION);
	pack_u64(&saved, CONNECTION_ID, ID);
	pack_u64(&saved, 99, 1);
	pack_bytes(&saved, QUEUE, "one\n", 4);
	pack_bytes(&saved, QUEUE, "two\n", 4);
	pack_end(&saved, begun);
	assert_true(load(clients, &saved));
	assert_int_equal(clients_inside(clients, ID)->out.queue.bytes, 4);
}

static uint32_t left_after_cut(struct clients *clients, uint64_t bytes)
{
	struct connection *connection;

	clients_die(clients);
	assert_true(connections_add_detached(clients->connections, ID));
	connection = connections_find_any(clients->connections, ID);
	connection->out.written = 100;
	clients_send(clients, ID, "0123456789");
	clients_send(clients, ID, "0123456789");
	connection_note_cut(clients->connections, ID, bytes);
	assert_true(connection->out.is_overflowing);
	return connection->out.queue.bytes;
}

static void a_cut_is_counted_from_the_start(void **state)
{
	struct clients *clients = *state;

	assert_int_equal(left_after_cut(clients, 0), 0);
	assert_int_equal(left_after_cut(clients, 99), 0);
	assert_int_equal(left_after_cut(clients, 100), 0);
	assert_int_equal(left_after_cut(clients, 101), 1);
	assert_int_equal(left_after_cut(clients, 110), 10);
	assert_int_equal(left_after_cut(clients, 119), 19);
	assert_int_equal(left_after_cut(clients, 120), 20);
	assert_int_equal(left_after_cut(clients, 121), 20);
}

static void what_the_log_says_of_input_is_counted(void **state)
{
	struct clients *clients = *state;
	struct connections *all = clients->connections;
	const struct connection *connection;

	assert_true(connections_add_detached(all, ID));
	connection = clients_inside(clients, ID);
	assert_false(connection->in.is_checked);
	connection_note_noise(all, ID, 5, true);
	assert_true(connection->in.is_checked && connection->in.is_swallowing);
	connection_note_noise(all, ID, 2, false);
	assert_false(connection->in.is_swallowing);
	assert_int_equal(connection->in.taken, 7);
	assert_int_equal(connection->in.noise, 7);
	connection_consume(all, ID, 10, true);
	assert_int_equal(connection->in.noise, 7);
	assert_true(connection->in.is_swallowing);
	connection_consume(all, ID, 10, false);
	assert_int_equal(connection->in.noise, 0);
	assert_int_equal(connection->in.taken, 27);
	assert_false(connection->in.is_swallowing);
}

static void what_the_log_says_of_output_is_counted(void **state)
{
	struct clients *clients = *state;
	struct connections *all = clients->connections;
	const struct connection *connection;

	assert_true(connections_add_detached(all, ID));
	connection = clients_inside(clients, ID);
	clients_send(clients, ID, "one\n");
	connection_notify_drained(all, ID);
	connection_note_drained(all, ID, false);
	assert_int_equal(connection->out.written, 4);
	assert_int_equal(connection->out.queue.bytes, 0);
	assert_false(connection->out.wants_drained || connection->out.is_mute);
	clients_send(clients, ID, "two\n");
	connection_note_drained(all, ID, true);
	assert_int_equal(connection->out.written, 8);
	assert_true(connection->out.is_mute);
	connection_note_drained(all, ID, false);
	assert_true(connection->out.is_mute); /* it stays so */
	connection_note_cut(all, ID, 8);
	connection_note_overflow(all, ID);
	assert_true(
		connection->phase == CONNECTION_PHASE_FAREWELL && !connection->out.is_overflowing);
	connection_forget(all, ID);
	assert_false(connection_is_open(all, ID));
	assert_true(connection->has_end);
}

/* The log only changes connections without a socket. */
static void whoever_has_a_socket_is_left_alone(void **state)
{
	struct clients *clients = *state;
	struct connections *all = clients->connections;
	uint64_t id = clients_add(clients);
	const struct connection *connection = clients_inside(clients, id);

	connection_consume(all, id, 5, true);
	connection_note_noise(all, id, 5, true);
	connection_note_cut(all, id, 0);
	connection_note_overflow(all, id);
	connection_note_drained(all, id, true);
	connection_forget(all, id);
	connection_abandon(all, id);
	assert_int_equal(connection->in.taken, 0);
	assert_false(
		connection->out.is_overflowing || connection->phase == CONNECTION_PHASE_FAREWELL);
	assert_false(connection->out.is_mute || connection_is_closing(connection));
	assert_true(connections_next_detached(all, 0) == 0);
	clients_say(clients, 0, "PING\r\n");
	clients_turn(clients);
	assert_happened(clients, "line:PING\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, clients_setup, clients_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_sent_is_less_than_the_first_line),
		TEST(an_id_that_cannot_be_is_refused),
		TEST(whoever_is_here_already_is_not_loaded_over),
		TEST(what_is_cut_short_is_refused),
		TEST(what_has_no_line_end_is_divided),
		TEST(each_flag_comes_back),
		TEST(the_first_queue_counts_and_the_unknown_is_skipped),
		TEST(a_cut_is_counted_from_the_start),
		TEST(what_the_log_says_of_input_is_counted),
		TEST(what_the_log_says_of_output_is_counted),
		TEST(whoever_has_a_socket_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
