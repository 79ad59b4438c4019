/* Partial lines: however much a client sends at once, the rest of it can arrive. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "clients.h"
#include "net/resume.h"

#define BURST_BYTES 1000000
#define LINE_BYTES 300
#define SILENCE_MS 3000 /* without a byte read, no more will come */

/* Send as much as the kernel accepts for now. */
static size_t push(struct clients *clients, int peer, const char *bytes, size_t length)
{
	ssize_t n = write(clients->peers[peer], bytes, length);

	assert_true(n >= 0 || errno == EAGAIN);
	return n > 0 ? (size_t) n : 0;
}

static char *new_burst(size_t *ret_length)
{
	size_t length = BURST_BYTES / LINE_BYTES * LINE_BYTES;
	char *bytes = malloc(length);

	assert_non_null(bytes);
	memset(bytes, 'x', length);
	for (size_t i = LINE_BYTES - 1; i < length; i += LINE_BYTES)
		bytes[i] = '\n';
	*ret_length = length;
	return bytes;
}

/* All input of a client that writes at once is read, even behind a partial line. */
static void assert_is_read(struct clients *clients, int peer, uint64_t id)
{
	CLEANUP(mem_freep) char *bytes = NULL;
	const struct connection *connection = clients_inside(clients, id);
	uint64_t taken = connection->in.taken, end, last_ms;
	size_t length, at;

	bytes = new_burst(&length);
	end = taken + length;
	at = push(clients, peer, bytes, 100);
	clients_turn(clients);
	last_ms = loop_now_ms(clients->loop);
	while (connection->in.taken < end) {
		at += push(clients, peer, bytes + at, length - at);
		assert_int_equal(loop_turn(clients->loop, loop_now_ms(clients->loop) + 10), 0);
		if (connection->in.taken > taken)
			last_ms = loop_now_ms(clients->loop);
		assert_true(loop_now_ms(clients->loop) < last_ms + SILENCE_MS);
		taken = connection->in.taken;
		buffer_clear(&clients->happened);
	}
}

static void a_burst_over_tcp_is_read_to_its_end(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add_tcp(clients);

	for (int i = 0; i < 20; i++)
		assert_is_read(clients, 0, id);
}

static void a_burst_over_tcp_needs_no_place(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add_tcp(clients);

	clients->connections->n_partials = PARTIAL_LINES;
	for (int i = 0; i < 20; i++)
		assert_is_read(clients, 0, id);
	assert_int_equal(clients_inside(clients, id)->partial_place, 0);
}

/* The kernel blocks a sender until three quarters of its buffer are free. */
static void a_burst_over_a_small_unix_socket_is_read_to_its_end(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add(clients);
	int little = 16384;

	assert_int_equal(
		setsockopt(clients->peers[0], SOL_SOCKET, SO_SNDBUF, &little, sizeof(little)), 0);
	for (int i = 0; i < 5; i++)
		assert_is_read(clients, 0, id);
}

static void turns(struct clients *clients)
{
	for (int i = 0; i < 3; i++)
		clients_turn(clients);
}

static void the_last_place_goes_from_one_to_the_next(void **state)
{
	struct clients *clients = *state;
	uint64_t ids[3] = { clients_add_tcp(clients), clients_add_tcp(clients),
		clients_add(clients) };

	clients->connections->n_partials = PARTIAL_LINES - 1;
	for (int i = 0; i < 3; i++) {
		clients_say(clients, i, "A\nPI");
		turns(clients);
	}
	assert_happened(clients, "line:A\nline:A\nline:A\n");
	for (int i = 0; i < 3; i++)
		assert_int_equal(clients_unread(clients, ids[i]), i ? 2 : 0);
	assert_sleeps(clients);
	clients_say(clients, 0, "NG\n");
	turns(clients);
	assert_int_equal(clients_unread(clients, ids[1]), 0);
	assert_int_equal(clients_unread(clients, ids[2]), 2);
	assert_sleeps(clients);
	clients_hang_up(clients, 1);
	turns(clients);
	assert_int_equal(clients_unread(clients, ids[2]), 0);
	clients_say(clients, 2, "NG\n");
	turns(clients);
	assert_happened(clients, "line:PING\nclosed:Connection closed\nline:PING\n");
	assert_int_equal(clients->connections->n_partials, PARTIAL_LINES - 1);
	assert_sleeps(clients);
}

/* Its line is complete meanwhile, or the connection has ended. */
static void a_place_that_is_not_needed_goes_to_the_next(void **state)
{
	struct clients *clients = *state;
	uint64_t ids[4];

	for (int i = 0; i < 4; i++)
		ids[i] = clients_add_tcp(clients);
	clients->connections->n_partials = PARTIAL_LINES - 1;
	for (int i = 0; i < 4; i++) {
		clients_say(clients, i, "A\nPI");
		turns(clients);
	}
	clients_say(clients, 1, "NG\n");
	clients_hang_up(clients, 2);
	turns(clients);
	clients_say(clients, 0, "NG\n");
	turns(clients);
	turns(clients);
	assert_int_equal(clients_unread(clients, ids[3]), 0);
	assert_int_equal(connection_partial_bytes(clients_inside(clients, ids[3])), 2);
	assert_int_equal(clients->connections->waiting.count, 0);
	assert_sleeps(clients);
}

static void those_that_waited_and_left_do_not_pile_up(void **state)
{
	struct clients *clients = *state;

	clients->connections->n_partials = PARTIAL_LINES;
	for (int i = 0; i < 300; i++) {
		clients_add(clients);
		clients_say(clients, 0, "PI");
		turns(clients);
		clients_hang_up(clients, 0);
		turns(clients);
		clients->n_peers = 0;
		assert_true(clients->connections->waiting.count < 100);
	}
}

/* The loop does not wait until all waiting connections were read. */
static void assert_comes_at_once(struct clients *clients)
{
	while (clients->connections->waiting.count) {
		uint64_t end_ms = loop_now_ms(clients->loop) + SILENCE_MS;

		assert_int_equal(loop_turn(clients->loop, end_ms), 0);
		assert_true(loop_now_ms(clients->loop) < end_ms);
	}
	turns(clients);
}

/* Each place belongs to a connection that may still get its socket. */
static void places_of_connections_to_come_are_not_taken(void **state)
{
	struct clients *clients = *state;
	struct partial_line *heads = clients->partials->heads;
	uint64_t id;

	for (uint32_t i = 0; i < PARTIAL_LINES; i++) {
		heads[i] = (struct partial_line){ (uint64_t) 1 << 32 | (i + 1), 0, 10, 0 };
		assert_true(connections_add_detached(clients->connections, heads[i].id));
	}
	id = clients_add_tcp(clients);
	clients_say(clients, 0, "A\nPI");
	turns(clients);
	assert_happened(clients, "line:A\n");
	assert_int_equal(clients_unread(clients, id), 2);
	assert_sleeps(clients);
	connection_abandon(clients->connections, heads[77].id);
	assert_comes_at_once(clients);
	assert_int_equal(clients_unread(clients, id), 0);
	assert_int_equal(clients_inside(clients, id)->partial_place, 77 + 1);
}

/* The process crashed while writing to the place: the input buffer is right. */
static void a_torn_place_is_taken_again(void **state)
{
	struct clients *clients = *state;
	struct partial_lines *partials = clients->partials;
	uint64_t id = clients_add_tcp(clients);

	clients_park(clients, id);
	clients_say(clients, 0, "THR");
	clients_turn(clients);
	clients_die(clients);
	for (uint32_t i = 1; i < PARTIAL_LINES; i++)
		partials->heads[i] = (struct partial_line){ 2ull << 32 | (i + 1), 0, 10, 0 };
	partials->heads[0].length = 0;
	memcpy(partials->input, "THR", 3);
	assert_true(connections_add_detached(clients->connections, id));
	for (uint32_t i = 1; i < PARTIAL_LINES; i++)
		assert_true(connections_add_detached(clients->connections, partials->heads[i].id));
	assert_int_equal(clients_attach(clients, 0, id), 0);
	clients_say(clients, 0, "EE\n");
	turns(clients);
	assert_happened(clients, "line:THREE\n");
}

/* Stored and new bytes are in one buffer. */
static void a_partial_line_and_its_rest_are_both_in_the_input(void **state)
{
	struct clients *clients = *state;
	const struct partial_line *reading = &clients->partials->reading;
	uint64_t id = clients_add_tcp(clients);

	clients_say(clients, 0, "ONE\nTW");
	clients_turn(clients);
	clients_say(clients, 0, "O\nTHREE\n");
	clients_turn(clients);
	assert_int_equal(reading->id, id);
	assert_int_equal(reading->offset, 4);
	assert_int_equal(reading->length, PARTIAL_LINE_BYTES);
	assert_memory_equal(clients->input, "TWO\nTHREE\n", 10);
}

/* No edge reports lines that were removed from the kernel already. */
static void stored_lines_are_given_after_a_pause_within_a_turn(void **state)
{
	struct clients *clients = *state;

	clients->resumed_by_others = clients_add_tcp(clients);
	clients_add_tcp(clients);
	clients_turn(clients);
	clients->pauses_on_line = true;
	clients_say(clients, 0, "A\nB\nC");
	clients_say(clients, 1, "X\n");
	clients_turn(clients);
	assert_happened(clients, "line:A\nline:X\n");
	turns(clients);
	assert_happened(clients, "line:B\n");
	assert_sleeps(clients);
}

static void a_header_of_another_layer_is_skipped(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add(clients);

	clients_say(clients, 0, "GET / HTTP/1.1\r\nPING\r\n");
	connection_skip(clients->connections, id, 16);
	clients_turn(clients);
	assert_happened(clients, "line:PING\n");
}

static void a_header_that_is_not_there_ends_the_connection(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add(clients);

	close(clients->peers[0]);
	clients->peers[0] = -1;
	connection_skip(clients->connections, id, 16);
	assert_happened(clients, "closed:No data available\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, clients_setup, clients_teardown)

static bool is_anywhere(const struct clients *clients, const char *text)
{
	return memmem(clients->partials, sizeof(*clients->partials), text, strlen(text));
}

static void assert_secret_vanishes(struct clients *clients, int peer)
{
	clients_say(clients, peer, "PASS sesame\r\nNICK ana\r\n");
	clients_turn(clients);
	assert_happened(clients, "line:PASS sesame\nline:NICK ana\n");
	assert_false(is_anywhere(clients, "sesame"));

	clients_say(clients, peer, "PASS open-");
	clients_turn(clients);
	assert_true(is_anywhere(clients, "open-"));
	clients_say(clients, peer, "sesame");
	clients_turn(clients);
	clients_say(clients, peer, "-now\r\nNICK b");
	clients_turn(clients);
	assert_happened(clients, "line:PASS open-sesame-now\n");
	assert_false(is_anywhere(clients, "open") || is_anywhere(clients, "same") ||
		     is_anywhere(clients, "-now"));
	clients_say(clients, peer, "ea\r\n");
	clients_turn(clients);
	assert_happened(clients, "line:NICK bea\n");
}

static void a_secret_is_overwritten_where_it_was_read(void **state)
{
	struct clients *clients = *state;

	clients_add_tcp(clients);
	clients_add(clients);
	assert_secret_vanishes(clients, 0);
	assert_secret_vanishes(clients, 1);
}

static void a_secret_is_overwritten_where_it_waited_for_the_end_of_a_pause(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add_tcp(clients);

	clients->pauses_on_line = true;
	clients_say(clients, 0, "PING 1\r\nPASS sesame\r\nPING 2\r\n");
	clients_turn(clients);
	assert_happened(clients, "line:PING 1\n");
	assert_true(is_anywhere(clients, "sesame"));
	connection_resume(clients->connections, id);
	clients_turn(clients);
	clients_turn(clients);
	assert_happened(clients, "line:PASS sesame\n");
	assert_false(is_anywhere(clients, "sesame"));
	connection_resume(clients->connections, id);
	clients_turn(clients);
	clients_turn(clients);
	assert_happened(clients, "line:PING 2\n");
}

static void what_was_read_of_a_lost_client_is_overwritten(void **state)
{
	struct clients *clients = *state;
	uint64_t lost = clients_add_tcp(clients), ana = clients_add_tcp(clients);

	clients_park(clients, ana);
	clients_say(clients, 0, "PASS sesame");
	clients_say(clients, 1, "PASS op");
	clients_turn(clients);
	clients_die(clients);
	memcpy(clients->partials->input + 100, "sesame", 6);
	assert_true(connections_add_detached(clients->connections, lost));
	assert_true(connections_add_detached(clients->connections, ana));
	connections_forget_lost_input(clients->connections);
	assert_true(is_anywhere(clients, "PASS sesame"));
	assert_int_equal(clients_attach(clients, 1, ana), 0);
	connection_abandon(clients->connections, lost);
	connections_forget_lost_input(clients->connections);
	assert_false(is_anywhere(clients, "sesame"));
	clients_say(clients, 1, "en\r\n");
	clients_turn(clients);
	clients_turn(clients);
	assert_happened(clients, "line:PASS open\n");
	assert_false(is_anywhere(clients, "PASS op"));
}

static void a_secret_that_is_too_long_is_overwritten(void **state)
{
	struct clients *clients = *state;
	char line[2000];

	memset(line, 'x', sizeof(line));
	memcpy(line, "PASS sesame", 11);
	memcpy(line + sizeof(line) - 8, "secret\r\n", 8);
	clients_add_tcp(clients);
	clients_say_bytes(clients, 0, line, sizeof(line));
	clients_turn(clients);
	clients_turn(clients);
	assert_false(is_anywhere(clients, "sesame") || is_anywhere(clients, "secret"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_burst_over_tcp_is_read_to_its_end),
		TEST(a_burst_over_tcp_needs_no_place),
		TEST(a_burst_over_a_small_unix_socket_is_read_to_its_end),
		TEST(the_last_place_goes_from_one_to_the_next),
		TEST(a_place_that_is_not_needed_goes_to_the_next),
		TEST(those_that_waited_and_left_do_not_pile_up),
		TEST(places_of_connections_to_come_are_not_taken),
		TEST(a_torn_place_is_taken_again),
		TEST(a_partial_line_and_its_rest_are_both_in_the_input),
		TEST(a_secret_is_overwritten_where_it_was_read),
		TEST(a_secret_is_overwritten_where_it_waited_for_the_end_of_a_pause),
		TEST(what_was_read_of_a_lost_client_is_overwritten),
		TEST(a_secret_that_is_too_long_is_overwritten),
		TEST(stored_lines_are_given_after_a_pause_within_a_turn),
		TEST(a_header_of_another_layer_is_skipped),
		TEST(a_header_that_is_not_there_ends_the_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
