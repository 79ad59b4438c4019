/* Lines to clients. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "clients.h"

static void nothing_goes_out_before_the_turn_ends(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add(clients);

	clients_send(clients, id, "one\r\n");
	clients_send(clients, id, "two\r\n");
	assert_heard(clients, 0, "", false);
	assert_int_equal(loop_turn(clients->loop, UINT64_MAX), 0);
	assert_heard(clients, 0, "one\r\ntwo\r\n", false);
	assert_sleeps(clients);
}

static void a_half_closed_peer_still_gets_its_answers(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add(clients);

	clients_send(clients, id, "answer\r\n");
	assert_int_equal(shutdown(clients->peers[0], SHUT_WR), 0);
	clients_turn(clients);
	assert_happened(clients, "closed:Connection closed\n");
	assert_int_equal(clients->n_delivered, 0);
	assert_heard(clients, 0, "answer\r\n", true);
	assert_int_equal(connections_count(clients->connections), 0);
}

static void whoever_reads_may_get_more_than_the_limit_in_a_turn(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add(clients);

	connection_set_limits(clients->connections, id, 20, 1000);
	for (int i = 0; i < 5; i++)
		clients_send(clients, id, "0123456789\r\n");
	clients_turn(clients);
	assert_happened(clients, "");
	assert_heard(clients, 0,
		"0123456789\r\n0123456789\r\n0123456789\r\n0123456789\r\n0123456789\r\n", false);
}

/* Send until the kernel accepts no more. */
static void fill(struct clients *clients, uint64_t id)
{
	char text[1001] = { 0 };

	memset(text, 'x', sizeof(text) - 1);
	while (!clients_inside(clients, id)->out.has_backlog) {
		clients_send(clients, id, text);
		clients_turn(clients);
	}
}

static void an_overflow_is_told_once_with_room_for_a_word(void **state)
{
	CLEANUP(buffer_done) struct buffer heard = { 0 };
	struct clients *clients = *state;
	uint64_t id = clients_add(clients);
	char bytes[4096];
	ssize_t n;

	clients->answers_overflow = true;
	fill(clients, id);
	connection_set_limits(clients->connections, id, 1020, 1000);
	for (int i = 0; i < 5; i++)
		clients_send(clients, id, "0123456789\r\n");
	assert_happened(clients, "");
	clients_turn(clients);
	assert_happened(clients, "overflow:SendQ exceeded\n");
	while ((n = read(clients->peers[0], bytes, sizeof(bytes))) > 0) {
		buffer_put(&heard, bytes, (size_t) n);
		clients_turn(clients);
	}
	assert_int_equal(n, 0);
	assert_string_equal(heard.bytes + heard.length - 18, "xERROR :too much\r\n");
	assert_happened(clients, "");
}

/* Send a line of that many bytes. */
static void send_bytes(struct clients *clients, uint64_t id, size_t length)
{
	char *bytes = malloc(length);
	struct line *line;

	memset(bytes, 'y', length);
	line = line_new(bytes, length);
	connection_send(clients->connections, id, line);
	line_unref(line);
	free(bytes);
}

static void what_waits_may_fill_the_limit(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add(clients);
	uint32_t waiting;

	fill(clients, id);
	waiting = clients_inside(clients, id)->out.queue.bytes;
	connection_set_limits(clients->connections, id, waiting + 100, 1000);
	send_bytes(clients, id, 99);
	send_bytes(clients, id, 1);
	clients_turn(clients);
	assert_happened(clients, "");
	assert_int_equal(clients_inside(clients, id)->out.queue.bytes, waiting + 100);
	send_bytes(clients, id, 1);
	send_bytes(clients, id, 1);
	clients_turn(clients);
	assert_happened(clients, "overflow:SendQ exceeded\n");
}

static void one_who_does_not_read_costs_others_nothing(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add(clients), other = clients_add(clients);
	char bytes[4096];

	clients->answers_overflow = true;
	fill(clients, id);
	connection_set_limits(
		clients->connections, id, clients_inside(clients, id)->out.queue.bytes, 1000);
	for (int i = 0; i < 2; i++) {
		clients_send(clients, id, "one\r\n");
		clients_send(clients, other, "one\r\n");
		clients_turn(clients);
	}
	assert_happened(clients, "overflow:SendQ exceeded\n");
	assert_heard(clients, 1, "one\r\none\r\n", false);
	clients_hang_up(clients, 0);
	while (connections_count(clients->connections) > 1)
		assert_int_equal(loop_turn(clients->loop, UINT64_MAX), 0);
	clients_send(clients, other, "two\r\n");
	clients_turn(clients);
	assert_heard(clients, 1, "two\r\n", false);
	assert_int_equal(recv(clients->peers[1], bytes, sizeof(bytes), MSG_DONTWAIT), -1);
}

static void before_it_is_told_a_limit_a_connection_has_one(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add(clients);

	fill(clients, id);
	send_bytes(clients, id, DEFAULT_SEND_BYTES - clients_inside(clients, id)->out.queue.bytes);
	clients_turn(clients);
	assert_happened(clients, "");
	send_bytes(clients, id, 1);
	clients_turn(clients);
	assert_happened(clients, "overflow:SendQ exceeded\n");
}

static size_t count_heard(struct clients *clients)
{
	char bytes[4096];
	size_t n_heard = 0;
	ssize_t n;

	while ((n = recv(clients->peers[0], bytes, sizeof(bytes), MSG_DONTWAIT)) > 0)
		n_heard += (size_t) n;
	return n_heard;
}

/* The rest follows in the next turn, which begins at once. */
static void only_so_much_goes_out_in_a_turn(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add(clients);

	send_bytes(clients, id, WRITE_BYTES - 10);
	send_bytes(clients, id, 10);
	send_bytes(clients, id, 1);
	assert_int_equal(loop_turn(clients->loop, UINT64_MAX), 0);
	assert_int_equal(count_heard(clients), WRITE_BYTES);
	assert_int_equal(loop_turn(clients->loop, UINT64_MAX), 0);
	assert_int_equal(count_heard(clients), 1);
	assert_sleeps(clients);
}

/* The failure is reported once, and the loss to each request for on_drained(). */
static void after_a_failed_write_nothing_waits(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add(clients);

	connection_pause(clients->connections, id);
	clients_hang_up(clients, 0);
	clients_send(clients, id, "one\r\n");
	clients_turn(clients);
	assert_true(clients_inside(clients, id)->out.is_mute);
	send_bytes(clients, id, 2 * DEFAULT_SEND_BYTES);
	assert_int_equal(clients_inside(clients, id)->out.queue.bytes, 0);
	clients_turn(clients);
	assert_happened(clients, "");
	for (int i = 0; i < 2; i++) {
		connection_notify_drained(clients->connections, id);
		clients_turn(clients);
		assert_happened(clients, "lost\n");
	}
	connection_resume(clients->connections, id);
	clients_turn(clients);
	clients_turn(clients);
	assert_int_equal(connections_count(clients->connections), 0);
}

/* The wait for the peer's end would be in vain. */
static void a_failed_write_ends_what_is_closing(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add(clients);

	connection_pause(clients->connections, id);
	clients_hang_up(clients, 0);
	clients_send(clients, id, "one\r\n");
	connection_close(clients->connections, id);
	clients_turn(clients);
	assert_int_equal(connections_count(clients->connections), 0);
}

static void drained_is_told_when_asked(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add(clients);

	clients_send(clients, id, "list\r\n");
	clients_turn(clients);
	assert_happened(clients, "");
	clients->answers_drained = true;
	connection_notify_drained(clients->connections, id);
	clients_turn(clients);
	assert_happened(clients, "drained\n");
	assert_int_equal(loop_turn(clients->loop, UINT64_MAX), 0);
	assert_happened(clients, "");
	assert_heard(clients, 0, "list\r\nmore\r\n", false);
}

static void what_cannot_go_out_is_lost(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add(clients);

	connection_pause(clients->connections, id);
	clients_hang_up(clients, 0);
	clients_send(clients, id, "list\r\n");
	connection_notify_drained(clients->connections, id);
	clients_turn(clients);
	assert_happened(clients, "lost\n");
}

/* More than the kernel accepts at once: nothing is lost or doubled, and the loop does not spin. */
static void a_slow_reader_gets_every_byte(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add(clients);
	char text[128], bytes[5000];
	size_t n_sent = 0, n_heard = 0;
	ssize_t n;

	memset(text, '.', sizeof(text));
	while (n_sent < 6000) {
		snprintf(text, sizeof(text), "%0100zu\r\n", n_sent++);
		clients_send(clients, id, text);
	}
	connection_notify_drained(clients->connections, id);
	for (int i = 0; i < 20; i++)
		clients_turn(clients);
	assert_happened(clients, "");
	assert_true(clients_inside(clients, id)->out.has_backlog);
	assert_sleeps(clients);
	while (n_heard < n_sent * 102) {
		n = read(clients->peers[0], bytes, sizeof(bytes));
		for (ssize_t i = 0; i < n; i++, n_heard++) {
			if (n_heard % 102 == 0)
				snprintf(text, sizeof(text), "%0100zu\r\n", n_heard / 102);
			assert_int_equal(bytes[i], text[n_heard % 102]);
		}
		clients_turn(clients);
	}
	assert_happened(clients, "drained\n");
}

static void a_drain_brings_out_what_is_queued(void **state)
{
	struct clients *clients = *state;
	uint64_t ids[2] = { clients_add(clients), clients_add(clients) };

	clients_send(clients, ids[0], "ERROR :stopping\r\n");
	clients_send(clients, ids[1], "staying\r\n");
	connection_close(clients->connections, ids[0]);
	connections_drain(clients->connections, 20);
	assert_heard(clients, 0, "ERROR :stopping\r\n", true);
	assert_heard(clients, 1, "staying\r\n", false);
	assert_happened(clients, "");
}

static void *read_all(void *data)
{
	struct clients *clients = data;
	char bytes[8192];
	ssize_t n;

	while ((n = read(clients->peers[0], bytes, sizeof(bytes))) > 0)
		buffer_put(&clients->happened, bytes, (size_t) n);
	return NULL;
}

static void a_drain_waits_for_a_slow_reader(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add(clients);
	pthread_t thread;

	fill(clients, id);
	clients_send(clients, id, "ERROR :stopping\r\n");
	connection_close(clients->connections, id);
	assert_int_equal(fcntl(clients->peers[0], F_SETFL, 0), 0);
	assert_int_equal(pthread_create(&thread, NULL, read_all, clients), 0);
	connections_drain(clients->connections, 10000);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_string_equal(
		clients->happened.bytes + clients->happened.length - 18, "xERROR :stopping\r\n");
}

static uint64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t) now.tv_sec * 1000 + (uint64_t) now.tv_nsec / 1000000;
}

/* Neither peer closes its end. */
static void a_drain_ends_when_all_is_delivered(void **state)
{
	struct clients *clients = *state;
	uint64_t ids[2] = { clients_add_tcp(clients), clients_add(clients) };
	char bytes[40000] = "PRIVMSG a :what nobody will read\r\n";
	uint64_t begun_ms = clock_ms();

	for (int i = 0; i < 2; i++) {
		clients_send(clients, ids[i], "ERROR :stopping\r\n");
		connection_close(clients->connections, ids[i]);
		clients_say_bytes(clients, i, bytes, sizeof(bytes));
	}
	connections_drain(clients->connections, 60000);
	assert_true(clock_ms() < begun_ms + 30000);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(clients_unread(clients, ids[i]), 0);
		assert_heard(clients, i, "ERROR :stopping\r\n", true);
	}
}

/* The local kernel has the output, the peer's has no room for it. */
static void a_drain_waits_for_what_is_not_delivered(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add_tcp(clients), begun_ms;

	fill(clients, id);
	while (clients_inside(clients, id)->out.queue.first) {
		char bytes[1000];

		if (read(clients->peers[0], bytes, sizeof(bytes)) < 0)
			assert_int_equal(errno, EAGAIN);
		clients_turn(clients);
	}
	connection_close(clients->connections, id);
	begun_ms = clock_ms();
	connections_drain(clients->connections, 50);
	assert_true(clock_ms() >= begun_ms + 50);
}

static void a_drain_does_not_wait_for_ever(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add(clients);

	fill(clients, id);
	connections_drain(clients->connections, 20);
	assert_true(clients_inside(clients, id)->out.has_backlog);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, clients_setup, clients_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_goes_out_before_the_turn_ends),
		TEST(a_half_closed_peer_still_gets_its_answers),
		TEST(whoever_reads_may_get_more_than_the_limit_in_a_turn),
		TEST(an_overflow_is_told_once_with_room_for_a_word),
		TEST(a_failed_write_ends_what_is_closing),
		TEST(drained_is_told_when_asked),
		TEST(what_waits_may_fill_the_limit),
		TEST(one_who_does_not_read_costs_others_nothing),
		TEST(before_it_is_told_a_limit_a_connection_has_one),
		TEST(only_so_much_goes_out_in_a_turn),
		TEST(after_a_failed_write_nothing_waits),
		TEST(what_cannot_go_out_is_lost),
		TEST(a_slow_reader_gets_every_byte),
		TEST(a_drain_brings_out_what_is_queued),
		TEST(a_drain_waits_for_a_slow_reader),
		TEST(a_drain_ends_when_all_is_delivered),
		TEST(a_drain_waits_for_what_is_not_delivered),
		TEST(a_drain_does_not_wait_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
