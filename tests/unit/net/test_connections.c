/* The lives of connections. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "clients.h"
#include "net/resume.h"

static void at_rest_a_connection_is_small(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add(clients);

	clients_say(clients, 0, "NICK a\r\nUS");
	clients_turn(clients);
	assert_int_equal(clients_inside(clients, id)->in.taken, 8);
	clients_say(clients, 0, "ER\r\n");
	for (int i = 0; i < 20; i++)
		clients_send(clients, id, "welcome\r\n");
	clients_turn(clients);
	assert_int_equal(clients_inside(clients, id)->in.taken, 14);
	assert_null(clients_inside(clients, id)->out.queue.first);
	assert_null(clients_inside(clients, id)->out.queue.head);
	assert_true(sizeof(struct connection) <= 104); /* fits into a malloc() block of 112 */
}

static void the_last_line_arrives_before_the_end(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add(clients);

	clients_say(clients, 0, "still talking");
	clients_send(clients, id, "ERROR :bye\r\n");
	connection_close(clients->connections, id);
	clients_send(clients, id, "this goes nowhere\r\n");
	clients_turn(clients);
	assert_heard(clients, 0, "ERROR :bye\r\n", true);
	clients_say(clients, 0, " and talking\r\n");
	clients_turn(clients);
	assert_int_equal(connections_count(clients->connections), 1);
	clients_hang_up(clients, 0);
	clients_turn(clients);
	assert_int_equal(connections_count(clients->connections), 0);
	assert_happened(clients, "");
}

static void lingering_has_an_end(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add(clients), before_ms = loop_now_ms(clients->loop);
	uint64_t deadline_ms;

	connection_close(clients->connections, id);
	clients_turn(clients);
	deadline_ms = connections_next_deadline(clients->connections);
	assert_in_range(deadline_ms, before_ms + LINGER_MS, loop_now_ms(clients->loop) + LINGER_MS);
	connections_tick(clients->connections);
	clients_turn(clients);
	assert_int_equal(connections_count(clients->connections), 1);
	clients->connections->goodbyes[clients->connections->first_goodbye].deadline_ms = 0;
	connections_tick(clients->connections);
	clients_turn(clients);
	assert_int_equal(connections_count(clients->connections), 0);
	assert_true(connections_next_deadline(clients->connections) == UINT64_MAX);
}

/* For example, the socket may be parked. */
static void the_peer_sees_the_end_whoever_holds_the_socket(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add_tcp(clients);

	clients_park(clients, id);
	clients->tells_notes = true;
	assert_int_equal(shutdown(clients->peers[0], SHUT_WR), 0);
	clients_turn(clients);
	assert_happened(clients, "closed:Connection closed\ngone:0\n");
	assert_int_equal(clients->n_delivered, 1);
	assert_heard(clients, 0, "", true);
}

static void at_once_free_is_no_end_for_who_holds_the_socket(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add_tcp(clients);

	clients_park(clients, id);
	clients->tells_notes = true;
	clients_die(clients);
	assert_happened(clients, "");
	assert_heard(clients, 0, "", false);
}

static void a_line_may_close_its_connection(void **state)
{
	struct clients *clients = *state;

	clients_add(clients);
	clients->closes_on_line = true;
	clients_say(clients, 0, "QUIT\r\nPRIVMSG\r\n");
	clients_turn(clients);
	assert_happened(clients, "line:QUIT\n");
	assert_heard(clients, 0, "", true);
}

static void an_id_is_never_used_twice(void **state)
{
	struct clients *clients = *state;
	uint64_t first = clients_add(clients), second;

	clients_hang_up(clients, 0);
	clients_turn(clients);
	second = clients_add(clients);
	assert_int_not_equal(first, second);
	assert_int_equal((uint32_t) first, (uint32_t) second);
	clients_send(clients, first, "this goes nowhere\r\n");
	connection_close(clients->connections, first);
	clients_turn(clients);
	assert_heard(clients, 1, "", false);
}

static void a_closed_backlog_ends_with_the_peer(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add(clients);
	char text[101] = { 0 };

	memset(text, 'x', sizeof(text) - 1);
	for (int i = 0; i < 9000; i++)
		clients_send(clients, id, text);
	for (int i = 0; i < 20; i++)
		clients_turn(clients);
	connection_close(clients->connections, id);
	assert_sleeps(clients);
	assert_int_equal(connections_count(clients->connections), 1);
	clients_hang_up(clients, 0);
	for (int i = 0; i < 3; i++)
		clients_turn(clients);
	assert_int_equal(connections_count(clients->connections), 0);
}

static void many_slots_come_and_go(void **state)
{
	struct clients *clients = *state;
	uint64_t ids[200];

	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < ARRAY_LENGTH(ids); i++) {
			ids[i] = clients_add(clients);
			close(clients->peers[--clients->n_peers]);
		}
		assert_int_equal(connections_count(clients->connections), ARRAY_LENGTH(ids));
		for (int i = 0; i < 20; i++)
			clients_turn(clients);
		assert_int_equal(connections_count(clients->connections), 0);
		buffer_clear(&clients->happened);
	}
	assert_true(clients->connections->n_slots <= 256);
}

static void goodbyes_are_forgotten_in_their_order(void **state)
{
	struct clients *clients = *state;
	int lingering[3] = { -1, -1, -1 };

	for (int i = 0; i < 500; i++) {
		uint64_t id = clients_add(clients);
		int fd = clients->peers[--clients->n_peers];

		connection_close(clients->connections, id);
		if (lingering[i % 3] >= 0)
			close(lingering[i % 3]);
		lingering[i % 3] = fd;
		clients_turn(clients);
		assert_true(clients->connections->n_goodbyes <= 4);
	}
	assert_true(clients->connections->goodbyes_capacity <= 64);
	for (int i = 0; i < 3; i++)
		close(lingering[i]);
	clients_turn(clients);
	assert_int_equal(connections_count(clients->connections), 0);
}

static void after_a_storm_memory_goes_back(void **state)
{
	struct clients *clients = *state;
	uint64_t id = clients_add(clients);

	for (int i = 0; i < 16 * TRIM_AFTER_CHUNKS; i++)
		clients_send(clients, id, "x\r\n");
	clients_turn(clients);
	assert_true(clients->connections->pool.count >= TRIM_AFTER_CHUNKS);
	assert_true(connections_next_deadline(clients->connections) <=
		    loop_now_ms(clients->loop) + TRIM_MS);
	clients->connections->trim_ms = 0;
	connections_tick(clients->connections);
	assert_int_equal(clients->connections->pool.count, 0);
	assert_true(connections_next_deadline(clients->connections) == UINT64_MAX);
}

static void what_epoll_refuses_is_not_taken(void **state)
{
	struct clients *clients = *state;
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_false(connections_add(
		clients->connections, connections_reserve(clients->connections), fd, false));
	assert_int_equal(close(fd), 0);
	assert_int_equal(connections_count(clients->connections), 0);
}

static void unknown_ids_are_ignored(void **state)
{
	struct clients *clients = *state;
	uint64_t ids[] = { 0, 1, 77, UINT64_MAX };

	for (size_t i = 0; i < ARRAY_LENGTH(ids); i++) {
		clients_send(clients, ids[i], "this goes nowhere\r\n");
		connection_pause(clients->connections, ids[i]);
		connection_resume(clients->connections, ids[i]);
		connection_set_limits(clients->connections, ids[i], 1, 1);
		connection_notify_drained(clients->connections, ids[i]);
		connection_close(clients->connections, ids[i]);
	}
	clients_turn(clients);
	assert_happened(clients, "");
}

/* The loop's clock only advances with turns. */
static void time_is_up_for_one_after_the_other(void **state)
{
	struct clients *clients = *state;
	struct connections *all = clients->connections;
	struct goodbye *goodbyes;
	uint64_t ids[3], now_ms;

	for (size_t i = 0; i < 3; i++) {
		ids[i] = clients_add(clients);
		connection_close(all, ids[i]);
	}
	clients_turn(clients);
	now_ms = loop_now_ms(clients->loop);
	goodbyes = all->goodbyes + all->first_goodbye;
	goodbyes[0].deadline_ms = now_ms;
	goodbyes[1].deadline_ms = now_ms + 1;
	goodbyes[2].deadline_ms = now_ms + 1;
	connections_tick(all);
	assert_true(connection_has_ended(clients_inside(clients, ids[0])));
	assert_false(connection_has_ended(clients_inside(clients, ids[1])));
	assert_true(connections_next_deadline(all) == now_ms + 1);
	connections_tick(all);
	assert_false(connection_has_ended(clients_inside(clients, ids[1])));
	goodbyes[1].deadline_ms = goodbyes[2].deadline_ms = now_ms;
	connections_tick(all);
	clients_turn(clients);
	assert_int_equal(connections_count(all), 0);
	assert_true(connections_next_deadline(all) == UINT64_MAX);
}

/* Connections in the middle of the list ended before the tick. */
static void whoever_left_in_time_is_passed_over(void **state)
{
	struct clients *clients = *state;
	struct connections *all = clients->connections;
	uint64_t ids[3];

	for (size_t i = 0; i < 3; i++) {
		ids[i] = clients_add(clients);
		connection_close(all, ids[i]);
	}
	clients_turn(clients);
	clients_hang_up(clients, 1);
	clients_turn(clients);
	assert_int_equal(connections_count(all), 2);
	for (size_t i = 0; i < all->n_goodbyes; i++)
		all->goodbyes[all->first_goodbye + i].deadline_ms = 0;
	connections_tick(all);
	clients_turn(clients);
	assert_int_equal(connections_count(all), 0);
}

/* Many linger at once, while others come and go: the list uses its memory as a ring. */
static void more_goodbyes_than_there_was_room_for_stay_in_order(void **state)
{
	struct clients *clients = *state;
	struct connections *all = clients->connections;
	int peers[300];
	uint64_t ids[300];

	for (size_t i = 0; i < 300; i++) {
		ids[i] = clients_add(clients);
		peers[i] = clients->peers[--clients->n_peers];
		connection_close(all, ids[i]);
		clients_turn(clients);
		if (i >= 100 && i < 200) {
			close(peers[i - 100]);
			assert_int_equal(loop_turn(clients->loop, UINT64_MAX), 0);
		}
	}
	assert_int_equal(all->n_goodbyes, 200);
	for (size_t i = 0; i < 200; i++)
		assert_true(all->goodbyes[all->first_goodbye + i].id == ids[100 + i]);
	for (size_t i = 100; i < 300; i++)
		close(peers[i]);
	while (connections_count(all)) /* a late turn leaves some to the next */
		assert_int_equal(loop_turn(clients->loop, UINT64_MAX), 0);
	assert_int_equal(all->n_goodbyes, 0);
}

static void send_lines(struct clients *clients, uint64_t id, size_t n_lines)
{
	char bytes[4096];

	for (size_t i = 0; i < n_lines; i++)
		clients_send(clients, id, "x\n");
	assert_int_equal(loop_turn(clients->loop, UINT64_MAX), 0);
	while (recv(clients->peers[0], bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
		;
}

/* A chunk of the pool holds 15 lines, and one line waits outside of chunks. */
static void memory_goes_back_when_there_is_much_of_it(void **state)
{
	struct clients *clients = *state;
	struct connections *all = clients->connections;
	uint64_t id = clients_add(clients), planned_ms;

	send_lines(clients, id, 1 + 15 * (TRIM_AFTER_CHUNKS - 1));
	assert_int_equal(all->pool.count, TRIM_AFTER_CHUNKS - 1);
	assert_true(connections_next_deadline(all) == UINT64_MAX);
	send_lines(clients, id, 2 + 15 * (TRIM_AFTER_CHUNKS - 1));
	assert_int_equal(all->pool.count, TRIM_AFTER_CHUNKS);
	planned_ms = loop_now_ms(clients->loop) + TRIM_MS;
	assert_true(connections_next_deadline(all) == planned_ms);
	while (loop_now_ms(clients->loop) + TRIM_MS == planned_ms)
		send_lines(clients, id, 1);
	assert_true(connections_next_deadline(all) == planned_ms); /* no turn defers it */
	all->trim_ms = loop_now_ms(clients->loop) + 1;
	connections_tick(all);
	assert_int_equal(all->pool.count, TRIM_AFTER_CHUNKS);
	all->trim_ms = loop_now_ms(clients->loop);
	connections_tick(all);
	assert_int_equal(all->pool.count, 0);
	send_lines(clients, id, 2 + 15 * (TRIM_AFTER_CHUNKS - 1)); /* and once more */
	assert_true(connections_next_deadline(all) == loop_now_ms(clients->loop) + TRIM_MS);
}

static void a_slot_that_was_taken_leaves_all_others_free(void **state)
{
	struct clients *clients = *state;

	assert_true(connections_add_detached(clients->connections, (uint64_t) 1 << 32 | 70));
	for (uint32_t slot = 0; slot < 128; slot++)
		if (slot != 70)
			assert_int_equal(
				(uint32_t) connections_reserve(clients->connections), slot);
	assert_int_equal((uint32_t) connections_reserve(clients->connections), 128);
}

static void there_is_an_end_to_places(void **state)
{
	struct clients *clients = *state;
	struct connections *all = clients->connections;
	uint64_t id;

	all->count = MAX_SLOTS - 1; /* simulates that many connections */
	id = connections_reserve(all);
	assert_true(id != 0);
	assert_true(connections_reserve(all) == 0);
	assert_true(connections_reserve(all) == 0);
	connection_free(connections_find_any(all, id));
	assert_int_equal(all->count, MAX_SLOTS - 1);
	id = connections_reserve(all);
	assert_true(id != 0);
	connection_free(connections_find_any(all, id));
	all->count = 0;
}

static void ids_of_a_snapshot_must_make_sense(void **state)
{
	const uint64_t generation = (uint64_t) 7 << 32;
	struct clients *clients = *state;
	struct connections *all = clients->connections;

	assert_false(connections_add_detached(all, generation | MAX_SLOTS));
	assert_false(connections_add_detached(all, 5)); /* no generation */
	assert_int_equal(connections_count(all), 0);
	assert_true(connections_add_detached(all, generation | (MAX_SLOTS - 1)));
	assert_true(connections_add_detached(all, generation | 64));
	assert_int_equal(connections_count(all), 2);
	connections_forget_detached(all);
	assert_int_equal(connections_count(all), 0);
}

/* The counter wraps around, and no id contains zero. */
static void generations_go_around(void **state)
{
	struct clients *clients = *state;
	struct connections *all = clients->connections;
	uint64_t last, first;

	all->next_generation = UINT32_MAX;
	last = connections_reserve(all);
	first = connections_reserve(all);
	assert_int_equal(last >> 32, UINT32_MAX);
	assert_int_equal(first >> 32, 1);
	assert_false(connections_is_to_come(all, last));
	assert_false(connections_is_to_come(all, first));
	assert_true(connections_is_to_come(all, (uint64_t) 2 << 32));
	assert_true(connections_is_to_come(all, (uint64_t) (UINT32_MAX / 2 + 1) << 32));
	assert_false(connections_is_to_come(all, (uint64_t) (UINT32_MAX / 2 + 2) << 32));
	connection_free(connections_find_any(all, first));
	connection_free(connections_find_any(all, last));
}

static void what_is_said_while_closing_has_an_end(void **state)
{
	struct clients *clients = *state;
	struct connections *all = clients->connections;
	uint64_t id = clients_add(clients);
	struct connection *connection = connections_find_any(all, id);

	connection_close(all, id);
	clients_turn(clients);
	connection->in.noise = NOISE_BYTES - 2;
	clients_say(clients, 0, "ab");
	clients_turn(clients);
	assert_int_equal(connections_count(all), 1);
	clients_say(clients, 0, "c");
	clients_turn(clients);
	assert_int_equal(connections_count(all), 0);
}

/* No edge reports the rest when only a part was discarded. */
static void all_that_is_said_while_closing_is_taken(void **state)
{
	struct clients *clients = *state;
	char bytes[READ_BYTES] = "";
	uint64_t id = clients_add(clients);

	connection_close(clients->connections, id);
	clients_turn(clients);
	for (int i = 0; i < 3; i++)
		clients_say_bytes(clients, 0, bytes, sizeof(bytes));
	while (clients_unread(clients, id))
		assert_int_equal(loop_turn(clients->loop, UINT64_MAX), 0);
	clients_hang_up(clients, 0);
	while (connections_count(clients->connections))
		assert_int_equal(loop_turn(clients->loop, UINT64_MAX), 0);
}

/* A line may take half a millisecond before others have their turn. */
static void the_share_of_a_connection_is_exact(void **state)
{
	struct clients *clients = *state;

	clients_add(clients);
	clients_add(clients);
	clients_turn(clients);
	clients_say(clients, 0, "A\r\nB\r\n");
	clients_say(clients, 1, "C\r\n");
	clients->work_ns = 500000;
	clients_turn(clients);
	assert_happened(clients, "line:A\nline:B\nline:C\n");
	clients_say(clients, 0, "A\r\nB\r\n");
	clients_say(clients, 1, "C\r\n");
	clients->work_ns = 500001;
	clients_turn(clients);
	assert_happened(clients, "line:A\nline:C\n");
	clients_turn(clients);
	assert_happened(clients, "line:B\n");
}

/* Whose line takes so long. */
static void resume_all(struct clients *clients, long long work_ns)
{
	uint64_t ids[CLIENTS_MAX];

	for (int i = 0; i < CLIENTS_MAX; i++) {
		ids[i] = (uint64_t) (i + 1) << 32 | (uint32_t) i;
		connection_pause(clients->connections, ids[i]);
		clients_say(clients, i, "PING\r\n");
	}
	clients_turn(clients);
	clients_turn(clients);
	assert_happened(clients, "");
	clients->work_ns = work_ns;
	for (int i = 0; i < CLIENTS_MAX; i++)
		connection_resume(clients->connections, ids[i]);
}

/* In a turn, for up to two milliseconds. */
static void several_are_resumed_in_one_turn(void **state)
{
	struct clients *clients = *state;

	for (int i = 0; i < CLIENTS_MAX; i++)
		assert_true(clients_add(clients) == ((uint64_t) (i + 1) << 32 | (uint32_t) i));
	resume_all(clients, 1000000);
	for (int i = 0; i < CLIENTS_MAX; i += 2) {
		clients_turn(clients);
		assert_happened(clients, "line:PING\nline:PING\n");
	}
	resume_all(clients, 999999);
	clients_turn(clients);
	assert_happened(clients, "line:PING\nline:PING\nline:PING\n");
	clients_turn(clients);
	assert_happened(clients, "line:PING\nline:PING\nline:PING\n");
	clients_turn(clients);
	assert_happened(clients, "line:PING\nline:PING\n");
}

/* It sent during a pause, so it was removed from epoll. */
static void what_epoll_refuses_later_is_closed(void **state)
{
	struct clients *clients = *state;
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	uint64_t id = clients_add(clients), other = clients_add(clients);

	connection_pause(clients->connections, id);
	clients_say(clients, 0, "PING\r\n");
	clients_turn(clients);
	assert_true(clients_inside(clients, id)->in.is_deaf);
	assert_int_equal(
		dup2(fd, clients_inside(clients, id)->fd), clients_inside(clients, id)->fd);
	close(fd);
	connection_resume(clients->connections, id);
	clients_turn(clients);
	assert_happened(clients, "closed:Operation not permitted\n");
	assert_int_equal(connections_count(clients->connections), 1);
	clients_turn(clients);
	clients_say(clients, 1, "PING\r\n");
	clients_turn(clients);
	assert_happened(clients, "line:PING\n");
	assert_false(connection_is_closing(clients_inside(clients, other)));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, clients_setup, clients_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(at_rest_a_connection_is_small),
		TEST(the_last_line_arrives_before_the_end),
		TEST(lingering_has_an_end),
		TEST(the_peer_sees_the_end_whoever_holds_the_socket),
		TEST(at_once_free_is_no_end_for_who_holds_the_socket),
		TEST(a_line_may_close_its_connection),
		TEST(an_id_is_never_used_twice),
		TEST(a_closed_backlog_ends_with_the_peer),
		TEST(goodbyes_are_forgotten_in_their_order),
		TEST(after_a_storm_memory_goes_back),
		TEST(what_epoll_refuses_is_not_taken),
		TEST(unknown_ids_are_ignored),
		TEST(many_slots_come_and_go),
		TEST(time_is_up_for_one_after_the_other),
		TEST(whoever_left_in_time_is_passed_over),
		TEST(more_goodbyes_than_there_was_room_for_stay_in_order),
		TEST(memory_goes_back_when_there_is_much_of_it),
		TEST(a_slot_that_was_taken_leaves_all_others_free),
		TEST(there_is_an_end_to_places),
		TEST(ids_of_a_snapshot_must_make_sense),
		TEST(generations_go_around),
		TEST(what_is_said_while_closing_has_an_end),
		TEST(all_that_is_said_while_closing_is_taken),
		TEST(the_share_of_a_connection_is_exact),
		TEST(several_are_resumed_in_one_turn),
		TEST(what_epoll_refuses_later_is_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
