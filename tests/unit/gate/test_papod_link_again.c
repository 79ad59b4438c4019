/* What a gate does when papod ends, and when the next one is there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sys/socket.h>
#include <unistd.h>

#include "link_house.h"

/* An earlier papod may have used the keys. */
static void a_client_refused_later_is_only_closed(void **state)
{
	struct house *house = *state;
	uint64_t gate;
	int client;

	link_begin_with_papod(house);
	client = link_offer_client(house);
	gate = link_expect_hello(house);
	close(TAKE_FD(house->papod));
	link_turn(house);
	link_expect_logged(house, "lost, papod has closed the connection, 1\n");
	house->now_ms += 10;
	link_turn(house);
	link_accept_gate(house);
	assert_true(link_expect_hello(house) == gate);
	link_expect_client(house, gate, 1, true);
	link_answer(house, GATE_MESSAGE_KIND_REFUSED, 1);
	link_turn(house);
	link_expect_logged(house, "found\nnot taken, 1, no room\n");
	link_expect_last_words(house, client, "", false);
}

static void all_clients_are_offered_to_the_next_papod(void **state)
{
	struct house *house = *state;
	uint64_t gate;
	int clients[3];

	link_begin_with_papod(house);
	gate = link_expect_hello(house);
	clients[0] = link_offer_client(house);
	clients[1] = link_offer_client(house);
	link_expect_client(house, gate, 1, false);
	link_expect_client(house, gate, 2, false);
	close(TAKE_FD(house->papod));
	link_turn(house);
	link_expect_logged(house, "lost, papod has closed the connection, 2\n");
	clients[2] = link_offer_client(house);
	assert_int_equal(papod_link_next_deadline(house->link), 50010);
	house->now_ms = 50009;
	link_turn(house);
	assert_true(accept4(house->listener, NULL, NULL, SOCK_CLOEXEC) < 0);
	house->now_ms = 50010;
	link_turn(house);
	link_accept_gate(house);
	assert_true(link_expect_hello(house) == gate);
	link_expect_client(house, gate, 1, true);
	link_expect_client(house, gate, 2, true);
	link_expect_client(house, gate, 3, false);
	link_expect_no_message(house);
	link_expect_logged(house, ""); /* it has answered nothing yet */
	link_answer(house, GATE_MESSAGE_KIND_TAKEN, 3);
	link_answer(house, GATE_MESSAGE_KIND_TAKEN, 1);
	link_turn(house);
	link_expect_logged(house, "found\n");
	close(TAKE_FD(house->papod));
	link_turn(house);
	house->now_ms += 1000;
	link_turn(house);
	link_accept_gate(house);
	link_expect_hello(house);
	link_expect_client(house, gate, 2, true);
	link_expect_no_message(house);
	for (size_t i = 0; i < ARRAY_LENGTH(clients); i++)
		close(clients[i]);
}

static void a_missing_papod_is_sought_ever_more_slowly(void **state)
{
	static const int waits[] = { 10, 20, 40, 80, 160, 320, 640, 1000, 1000 };
	struct house *house = *state;

	link_begin(house, house->path, -1);
	link_expect_logged(house, "lost, No such file or directory, 0\n");
	for (size_t i = 0; i < ARRAY_LENGTH(waits); i++) {
		assert_int_equal(
			papod_link_next_deadline(house->link), house->now_ms + (uint64_t) waits[i]);
		house->now_ms += (uint64_t) waits[i];
		link_turn(house);
	}
	link_expect_logged(house, "");
	link_listen(house);
	house->now_ms += 1000;
	link_turn(house);
	link_accept_gate(house);
	assert_int_equal(papod_link_next_deadline(house->link), UINT64_MAX);
	link_expect_hello(house);
	link_answer(house, GATE_MESSAGE_KIND_TAKEN, 1);
	link_turn(house);
	link_expect_logged(house, "found\n");
	close(TAKE_FD(house->papod));
	link_turn(house);
	link_expect_logged(house, "lost, papod has closed the connection, 0\n");
	assert_int_equal(papod_link_next_deadline(house->link), house->now_ms + 10);
}

/* Its end with an unread packet hides the answers behind ECONNRESET. */
static void the_last_answers_of_a_papod_count(void **state)
{
	struct house *house = *state;
	uint64_t gate;
	int one, two;

	link_begin_with_papod(house);
	gate = link_expect_hello(house);
	one = link_offer_client(house);
	two = link_offer_client(house);
	link_expect_client(house, gate, 1, false);
	link_answer(house, GATE_MESSAGE_KIND_TAKEN, 1);
	close(TAKE_FD(house->papod));
	link_turn(house);
	assert_int_equal(papod_link_count(house->link), 1);
	house->now_ms += 10;
	link_turn(house);
	link_accept_gate(house);
	link_expect_hello(house);
	link_expect_client(house, gate, 2, true);
	link_expect_no_message(house);
	close(one);
	close(two);
}

static void expect_refused_papod(void **state, const void *packet, size_t length)
{
	struct house *house = *state;

	link_begin_with_papod(house);
	assert_int_equal(send(house->papod, packet, length, MSG_NOSIGNAL), length);
	link_turn(house);
	link_expect_logged(house, "lost, Bad message, 0\n");
	assert_int_equal(papod_link_next_deadline(house->link), 50010);
}

static void a_malformed_answer_ends_the_connection(void **state)
{
	expect_refused_papod(state, "\x03\xff", 2);
}

static void a_hello_of_papod_ends_the_connection(void **state)
{
	CLEANUP(buffer_done) struct buffer packet = { 0 };
	const struct gate_message hello = {
		.kind = GATE_MESSAGE_KIND_HELLO,
		.version = GATE_MESSAGE_VERSION,
		.gate = 1,
	};

	gate_message_save(&packet, &hello);
	expect_refused_papod(state, packet.bytes, packet.length);
}

static void the_end_of_the_papod_that_started_it_ends_the_gate(void **state)
{
	struct house *house = *state;
	int ends[2], client;

	assert_int_equal(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
	house->papod = ends[1];
	link_begin(house, NULL, ends[0]);
	link_expect_hello(house);
	client = link_offer_client(house);
	assert_int_equal(link_next_message(house).number, 1);
	link_turn(house);
	assert_int_equal(house->n_gone, 0);
	close(TAKE_FD(house->papod));
	link_turn(house);
	assert_int_equal(house->n_gone, 1);
	close(client);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, link_setup, link_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_client_refused_later_is_only_closed),
		TEST(all_clients_are_offered_to_the_next_papod),
		TEST(a_missing_papod_is_sought_ever_more_slowly),
		TEST(the_last_answers_of_a_papod_count),
		TEST(a_malformed_answer_ends_the_connection),
		TEST(a_hello_of_papod_ends_the_connection),
		TEST(the_end_of_the_papod_that_started_it_ends_the_gate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
