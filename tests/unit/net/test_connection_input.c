/* Bytes from clients into lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "clients.h"

static void lines_are_given_one_by_one(void **state)
{
	struct clients *clients = *state;

	clients_add(clients);
	clients_turn(clients);
	clients_say(clients, 0, "NICK ana\r\nUSER a\nPI");
	clients_turn(clients);
	assert_happened(clients, "line:NICK ana\nline:USER a\n");
	clients_say(clients, 0, "NG\r");
	clients_turn(clients);
	assert_happened(clients, "");
	clients_say(clients, 0, "\n\r\n");
	clients_turn(clients);
	assert_happened(clients, "line:PING\n");
}

static void a_pause_stops_before_the_next_line(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add(clients);

	clients->pauses_on_line = true;
	clients_say(clients, 0, "A\r\nB\r\nC\r\n");
	clients_turn(clients);
	assert_happened(clients, "line:A\n");
	clients_say(clients, 0, "D\r\n");
	assert_sleeps(clients);
	assert_happened(clients, "");
	connection_resume(clients->connections, id);
	assert_happened(clients, "");
	clients_turn(clients);
	assert_happened(clients, "line:B\n");
	clients->pauses_on_line = false;
	connection_resume(clients->connections, id);
	clients_turn(clients);
	clients_turn(clients);
	assert_happened(clients, "line:C\nline:D\n");
}

static void while_paused_nothing_is_taken(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add(clients);
	char bytes[32768];

	memset(bytes, '\n', sizeof(bytes));
	memcpy(bytes, "A\nB\n", 4);
	clients->pauses_on_line = true;
	connection_set_limits(clients->connections, id, 1000, 1000);
	clients_say_bytes(clients, 0, bytes, sizeof(bytes));
	for (int i = 0; i < 5; i++)
		clients_turn(clients);
	assert_happened(clients, "line:A\n");
	assert_int_equal(clients_inside(clients, id)->taken, 2);
}

static void the_end_of_input_closes(void **state)
{
	struct clients *clients = *state;

	clients_add(clients);
	clients_say(clients, 0, "Hello, servidor!\r\nrest");
	clients_hang_up(clients, 0);
	clients_turn(clients);
	clients_turn(clients);
	assert_happened(clients, "line:Hello, servidor!\nclosed:Connection closed\n");
	assert_int_equal(connections_count(clients->connections), 0);
	assert_sleeps(clients);
	assert_true(connections_next_deadline(clients->connections) == UINT64_MAX);
}

static void another_protocol_is_refused_at_once(void **state)
{
	struct clients *clients = *state;

	clients_add(clients);
	clients_add(clients);
	clients_say(clients, 0, "\x16\x03\x01\x02");
	clients_say(clients, 1, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
	clients_turn(clients);
	assert_happened(clients, "foreign:TLS\nforeign:HTTP\n");
	assert_heard(clients, 0, "", true);
	assert_int_equal(connections_count(clients->connections), 0);
	assert_sleeps(clients);
}

static void a_proxy_header_is_told_byte_by_byte(void **state)
{
	static const char header[] = "\r\n\r\n\0\r\nQUIT\n";
	struct clients *clients = *state;

	clients_add(clients);
	for (int i = 0; i < 5; i++) {
		clients_say_bytes(clients, 0, header + i, 1);
		clients_turn(clients);
	}
	assert_happened(clients, "foreign:PROXY\n");
}

static void later_lines_may_look_like_anything(void **state)
{
	struct clients *clients = *state;

	clients_add(clients);
	clients_say(clients, 0, "\r\n\r\nNICK a\r\n");
	clients_turn(clients);
	clients_say(clients, 0, "GET / HTTP/1.1\r\n");
	clients_turn(clients);
	assert_happened(clients, "line:NICK a\nline:GET / HTTP/1.1\n");
}

static void without_a_line_end_little_is_kept(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add(clients);
	char bytes[4096];

	memset(bytes, 'x', sizeof(bytes));
	for (int i = 0; i < 50; i++) {
		clients_say_bytes(clients, 0, bytes, sizeof(bytes));
		clients_turn(clients);
		assert_true((size_t) (i + 1) * sizeof(bytes) - clients_inside(clients, id)->taken <
			    FRAME_LINE_BYTES);
	}
	clients_say(clients, 0, "\r\nPING\r\n");
	clients_turn(clients);
	assert_happened(clients, "long:xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\nline:PING\n");
}

static void there_is_an_end_to_noise(void **state)
{
	struct clients *clients = *state;
	char bytes[4096];

	clients->answers_overflow = true;
	clients_add(clients);
	memset(bytes, '\n', sizeof(bytes));
	for (size_t n = 0; n < NOISE_BYTES; n += sizeof(bytes)) {
		clients_say_bytes(clients, 0, bytes, sizeof(bytes));
		clients_turn(clients);
	}
	assert_happened(clients, "");
	clients_say(clients, 0, "\n");
	clients_turn(clients);
	assert_happened(clients, "overflow:Excess flood\n");
	clients_turn(clients);
	assert_heard(clients, 0, "ERROR :too much\r\n", true);
	assert_int_equal(connections_count(clients->connections), 1);
	clients_say(clients, 0, "\n");
	clients_turn(clients);
	assert_int_equal(connections_count(clients->connections), 0);
}

/* Each is told once and swallowed, but not one after the other without end. */
static void long_lines_in_a_row_are_noise(void **state)
{
	struct clients *clients = *state;
	char bytes[4096];

	clients->answers_overflow = true;
	clients_add(clients);
	memset(bytes, 'x', sizeof(bytes));
	for (size_t n = 0; n < NOISE_BYTES; n += sizeof(bytes)) {
		clients_say_bytes(clients, 0, bytes, sizeof(bytes));
		if (n == NOISE_BYTES / 2)
			clients_say(clients, 0, "\n");
		clients_turn(clients);
	}
	buffer_clear(&clients->happened);
	while (!clients->happened.length) {
		clients_say_bytes(clients, 0, bytes, sizeof(bytes));
		clients_turn(clients);
	}
	assert_happened(clients, "overflow:Excess flood\n");
}

/* Writing finds the peer gone; what it had said still counts. */
static void what_a_dead_peer_said_is_still_given(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add(clients);

	connection_pause(clients->connections, id);
	clients_say(clients, 0, "QUIT :going\r\n");
	clients_hang_up(clients, 0);
	clients_send(clients, id, "answer\r\n");
	clients_turn(clients);
	assert_sleeps(clients);
	assert_happened(clients, "");
	connection_resume(clients->connections, id);
	for (int i = 0; i < 4; i++)
		clients_turn(clients);
	assert_happened(clients, "line:QUIT :going\nclosed:Broken pipe\n");
	assert_int_equal(connections_count(clients->connections), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, clients_setup, clients_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lines_are_given_one_by_one),
		TEST(a_pause_stops_before_the_next_line),
		TEST(while_paused_nothing_is_taken),
		TEST(the_end_of_input_closes),
		TEST(another_protocol_is_refused_at_once),
		TEST(a_proxy_header_is_told_byte_by_byte),
		TEST(later_lines_may_look_like_anything),
		TEST(without_a_line_end_little_is_kept),
		TEST(there_is_an_end_to_noise),
		TEST(long_lines_in_a_row_are_noise),
		TEST(what_a_dead_peer_said_is_still_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
