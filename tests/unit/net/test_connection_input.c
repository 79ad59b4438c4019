/* Bytes from clients into lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sys/socket.h>
#include <unistd.h>

#include "base/passed_fds.h"
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

/* Deferred work takes more turns. */
static void turn_until(struct clients *clients, const char *what)
{
	for (int i = 0; i < 1000 && !strstr(buffer_text(&clients->happened), what); i++)
		clients_turn(clients);
}

/* Each line takes longer than the share of its connection. */
static void much_work_leaves_its_turn_to_others(struct clients *clients)
{
	clients_turn(clients);
	clients_say(clients, 0, "A\r\nB\r\nC\r\nD");
	clients_say(clients, 1, "E\r\n");
	clients->work_ns = 1000000;
	turn_until(clients, "line:B\n");
	assert_happened(clients, "line:A\nline:E\nline:B\n");
	clients_say(clients, 0, "\r\n");
	clients_say(clients, 1, "F\r\n");
	turn_until(clients, "line:C\n");
	assert_happened(clients, "line:F\nline:C\n");
	clients->work_ns = 0;
	turn_until(clients, "line:D\n");
	assert_happened(clients, "line:D\n");
	assert_sleeps(clients);
}

static void much_work_of_a_unix_socket_leaves_its_turn_to_others(void **state)
{
	clients_add(*state);
	clients_add(*state);
	much_work_leaves_its_turn_to_others(*state);
}

static void much_work_of_tcp_leaves_its_turn_to_others(void **state)
{
	clients_add_tcp(*state);
	clients_add_tcp(*state);
	much_work_leaves_its_turn_to_others(*state);
}

/* Checks the bytes in the kernel, and in memory that the next process inherits. */
static void assert_partial(struct clients *clients, uint64_t id, size_t unread, size_t kept)
{
	assert_int_equal(clients_unread(clients, id), unread);
	assert_int_equal(connection_partial_bytes(clients_inside(clients, id)), kept);
	assert_sleeps(clients);
}

static void a_partial_line_waits_in_memory(struct clients *clients, uint64_t id)
{
	clients_turn(clients);
	clients->tells_notes = true;
	clients_say(clients, 0, "NICK a\r\nUS");
	clients_turn(clients);
	assert_happened(clients, "line:NICK a\n");
	assert_partial(clients, id, 0, 2);
	clients_say(clients, 0, "ER");
	clients_turn(clients);
	assert_partial(clients, id, 0, 4);
	clients_say(clients, 0, "\n\r\n\n");
	clients_turn(clients);
	assert_happened(clients, "line:USER\nnoise:3\n");
	assert_partial(clients, id, 0, 0);
	assert_int_equal(clients_inside(clients, id)->in.taken, 16);
}

static void a_partial_line_of_a_unix_socket_waits_in_memory(void **state)
{
	a_partial_line_waits_in_memory(*state, clients_add(*state));
}

static void a_partial_line_of_tcp_waits_in_memory(void **state)
{
	a_partial_line_waits_in_memory(*state, clients_add_tcp(*state));
}

static void what_is_swallowed_is_noted(void **state)
{
	struct clients *clients = *state;
	char bytes[1000];

	clients_add(clients);
	clients->tells_notes = true;
	memset(bytes, 'x', sizeof(bytes));
	clients_say_bytes(clients, 0, bytes, sizeof(bytes));
	clients_turn(clients);
	clients_say(clients, 0, "y\nPING\r\nz");
	clients_turn(clients);
	assert_happened(clients,
		"long:xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\nnoise:490 more\nline:PING\n");
}

/* More than one turn reads, and nothing wakes the loop in between. */
static void much_is_read_in_several_turns(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add(clients), taken = 0;
	char bytes[100000];

	memset(bytes, 'a', sizeof(bytes));
	for (size_t i = 1; i < sizeof(bytes); i += 2)
		bytes[i] = '\n';
	clients_say_bytes(clients, 0, bytes, sizeof(bytes));
	while (taken < sizeof(bytes)) {
		assert_int_equal(loop_turn(clients->loop, UINT64_MAX), 0);
		assert_true(clients_inside(clients, id)->in.taken > taken);
		assert_true(clients_inside(clients, id)->in.taken <= taken + READ_BYTES);
		taken = clients_inside(clients, id)->in.taken;
	}
	assert_int_equal(clients->happened.length, sizeof(bytes) / 2 * strlen("line:a\n"));
	assert_sleeps(clients);
}

static void all_may_be_there_when_it_is_added(void **state)
{
	struct clients *clients = *state;
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	assert_int_equal(write(pair[1], "A\r\nB\r\nC", 7), 7);
	close(pair[1]);
	assert_true(connections_add(
		clients->connections, connections_reserve(clients->connections), pair[0], false));
	clients_turn(clients);
	clients_turn(clients);
	assert_happened(clients, "line:A\nline:B\nclosed:Connection closed\n");
	assert_int_equal(connections_count(clients->connections), 0);
}

/* The end follows a partial line, and a pause. */
static void the_end_is_found_behind_what_stays(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add_tcp(clients);

	clients_turn(clients);
	clients->pauses_on_line = true;
	clients_say(clients, 0, "A\r\nB\r\nhalf");
	clients_turn(clients);
	clients_hang_up(clients, 0);
	clients_turn(clients);
	assert_sleeps(clients);
	clients->pauses_on_line = false;
	connection_resume(clients->connections, id);
	for (int i = 0; i < 3; i++)
		clients_turn(clients);
	assert_happened(clients, "line:A\nline:B\nclosed:Connection closed\n");
	assert_int_equal(connections_count(clients->connections), 0);
}

static void a_reset_is_told_as_one(void **state)
{
	struct linger reset = { 1, 0 };
	struct clients *clients = *state;

	clients_add_tcp(clients);
	clients_say(clients, 0, "half");
	clients_turn(clients);
	setsockopt(clients->peers[0], SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	clients_hang_up(clients, 0);
	clients_turn(clients);
	assert_happened(clients, "closed:Connection reset by peer\n");
}

/* A partial line before the end must not turn the close into a reset, which could lose output. */
static void a_partial_line_does_not_spoil_the_end(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add_tcp(clients);

	clients_send(clients, id, "answer\r\n");
	clients_say(clients, 0, "half");
	assert_int_equal(shutdown(clients->peers[0], SHUT_WR), 0);
	clients_turn(clients);
	clients_turn(clients);
	assert_int_equal(connections_count(clients->connections), 0);
	assert_heard(clients, 0, "answer\r\n", true);
}

/* Sends urgent data behind a partial line. */
static void say_with_urgent_data(struct clients *clients)
{
	clients_say(clients, 0, "A\r\nPI");
	clients_turn(clients);
	assert_int_equal(send(clients->peers[0], "!", 1, MSG_OOB), 1);
	clients_turn(clients);
	clients_say(clients, 0, "NG\r\nB\r\n");
	for (int i = 0; i < 3; i++)
		clients_turn(clients);
}

static void urgent_data_costs_the_line_that_it_interrupts(void **state)
{
	struct clients *clients = *state;

	clients_add_tcp(clients);
	clients->connections->n_partials =
		PARTIAL_LINES; /* otherwise it would not stay in the kernel */
	clients->tells_notes = true;
	say_with_urgent_data(clients);
	assert_non_null(strstr(clients->happened.bytes, "line:A\n"));
	assert_non_null(strstr(clients->happened.bytes, "noise:2 more\n"));
	assert_non_null(strstr(clients->happened.bytes, "line:B\n"));
	assert_null(strstr(clients->happened.bytes, "NG"));
	assert_sleeps(clients);
}

static void urgent_data_behind_a_partial_line_in_memory_is_part_of_it(void **state)
{
	struct clients *clients = *state;

	clients_add_tcp(clients);
	say_with_urgent_data(clients);
	assert_happened(clients, "line:A\nline:PI!NG\nline:B\n");
	assert_sleeps(clients);
}

/* A look ends behind descriptors. */
static void say_with_descriptor(struct clients *clients, int peer, char *text)
{
	PASSED_FDS(1) passed;
	const int fd = STDERR_FILENO;
	struct iovec part = { text, strlen(text) };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };

	passed_fds_put(&message, &passed, &fd, 1);
	assert_int_equal(sendmsg(clients->peers[peer], &message, 0), strlen(text));
}

static void a_descriptor_sent_along_with_a_partial_line_costs_nothing(void **state)
{
	struct clients *clients = *state;
	char begun[] = "PI";

	clients_add(clients);
	say_with_descriptor(clients, 0, begun);
	clients_say(clients, 0, "NG\r\nA\r\n");
	for (int i = 0; i < 3; i++)
		clients_turn(clients);
	assert_happened(clients, "line:PING\nline:A\n");
	assert_sleeps(clients);
}

/* The protocol is recognised only when more arrives than in one read. */
static void another_protocol_is_found_behind_a_partial_line(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add_tcp(clients);

	clients_say(clients, 0, "GET");
	clients_turn(clients);
	assert_happened(clients, "");
	assert_partial(clients, id, 0, 3);
	clients_say(clients, 0, " / HTTP/1.1\r\nHost: a\r\n\r\n");
	clients_turn(clients);
	assert_happened(clients, "foreign:HTTP\n");
	assert_heard(clients, 0, "ERROR :wrong\r\n", true);
	clients_hang_up(clients, 0);
	clients_turn(clients);
	assert_int_equal(connections_count(clients->connections), 0);
	assert_sleeps(clients);
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
	assert_int_equal(clients_inside(clients, id)->in.taken, 2);
}

/* Over TCP they are removed from the kernel before the pause. */
static void lines_kept_through_a_pause_come_before_the_end(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add_tcp(clients);

	clients_say(clients, 0, "A\n");
	clients_turn(clients);
	clients->pauses_on_line = true;
	clients_say(clients, 0, "B\nC\nD\nE");
	clients_turn(clients);
	assert_happened(clients, "line:A\nline:B\n");
	assert_int_equal(connection_partial_bytes(clients_inside(clients, id)), 5);
	clients_hang_up(clients, 0);
	clients_turn(clients);
	clients->pauses_on_line = false;
	connection_resume(clients->connections, id);
	clients_turn(clients);
	clients_turn(clients);
	assert_happened(clients, "line:C\nline:D\nclosed:Connection closed\n");
}

static void without_a_place_for_a_partial_line_nothing_is_taken(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add_tcp(clients);

	clients_say(clients, 0, "A\n");
	clients_turn(clients);
	clients->connections->n_partials = PARTIAL_LINES;
	clients_say(clients, 0, "B\nC");
	clients_turn(clients);
	assert_happened(clients, "line:A\nline:B\n");
	assert_int_equal(clients_unread(clients, id), 1);
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

/* Unread input would turn the close into a reset, which would destroy the answer. */
static void the_answer_outlives_what_is_still_sent(void **state)
{
	struct clients *clients = *state;
	char bytes[8000] = "POST / HTTP/1.1\r\n\r\n";

	clients_add_tcp(clients);
	for (int i = 0; i < 20; i++) {
		clients_say_bytes(clients, 0, bytes, sizeof(bytes));
		clients_turn(clients);
	}
	assert_happened(clients, "foreign:HTTP\n");
	assert_heard(clients, 0, "ERROR :wrong\r\n", true);
	clients_hang_up(clients, 0);
	while (connections_count(clients->connections))
		assert_int_equal(loop_turn(clients->loop, UINT64_MAX), 0);
}

static void another_protocol_is_listened_to_for_a_while_only(void **state)
{
	struct clients *clients = *state;
	char bytes[8000] = "POST / HTTP/1.1\r\n\r\n";
	size_t n = 0;

	clients_add(clients);
	while (connections_count(clients->connections)) {
		clients_say_bytes(clients, 0, bytes, sizeof(bytes));
		clients_turn(clients);
		n += sizeof(bytes);
		assert_true(n < NOISE_BYTES + 2 * READ_BYTES);
	}
	assert_true(n > NOISE_BYTES);
	assert_happened(clients, "foreign:HTTP\n");
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
	for (int i = 0; i < 2; i++) {
		assert_heard(clients, i, "ERROR :wrong\r\n", true);
		clients_hang_up(clients, i);
	}
	clients_turn(clients);
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
		assert_true(
			(size_t) (i + 1) * sizeof(bytes) - clients_inside(clients, id)->in.taken <
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

/* Each is reported once and skipped, but their number is limited. */
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

/* A write finds the peer gone; its earlier input is still handled. */
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
		TEST(much_work_of_a_unix_socket_leaves_its_turn_to_others),
		TEST(much_work_of_tcp_leaves_its_turn_to_others),
		TEST(a_partial_line_of_a_unix_socket_waits_in_memory),
		TEST(a_partial_line_of_tcp_waits_in_memory),
		TEST(what_is_swallowed_is_noted),
		TEST(much_is_read_in_several_turns),
		TEST(all_may_be_there_when_it_is_added),
		TEST(the_end_is_found_behind_what_stays),
		TEST(a_reset_is_told_as_one),
		TEST(a_partial_line_does_not_spoil_the_end),
		TEST(urgent_data_costs_the_line_that_it_interrupts),
		TEST(urgent_data_behind_a_partial_line_in_memory_is_part_of_it),
		TEST(a_descriptor_sent_along_with_a_partial_line_costs_nothing),
		TEST(another_protocol_is_found_behind_a_partial_line),
		TEST(while_paused_nothing_is_taken),
		TEST(lines_kept_through_a_pause_come_before_the_end),
		TEST(without_a_place_for_a_partial_line_nothing_is_taken),
		TEST(the_end_of_input_closes),
		TEST(another_protocol_is_refused_at_once),
		TEST(the_answer_outlives_what_is_still_sent),
		TEST(another_protocol_is_listened_to_for_a_while_only),
		TEST(a_proxy_header_is_told_byte_by_byte),
		TEST(later_lines_may_look_like_anything),
		TEST(without_a_line_end_little_is_kept),
		TEST(there_is_an_end_to_noise),
		TEST(long_lines_in_a_row_are_noise),
		TEST(what_a_dead_peer_said_is_still_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
