/* Clients that a gate offers to papod, and what papod answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sys/socket.h>
#include <unistd.h>

#include "link_house.h"

static void clients_are_offered_in_order_until_they_are_taken(void **state)
{
	struct house *house = *state;
	uint64_t gate;
	int one, two;

	link_begin_with_papod(house);
	gate = link_expect_hello(house);
	one = link_offer_client(house);
	two = link_offer_client(house);
	link_expect_client(house, gate, 1, false);
	link_expect_client(house, gate, 2, false);
	link_expect_no_message(house);
	assert_int_equal(papod_link_count(house->link), 2);
	link_answer(house, GATE_MESSAGE_KIND_TAKEN, 2);
	link_turn(house);
	assert_int_equal(papod_link_count(house->link), 1);
	link_expect_open(one);
	link_expect_last_words(house, two, "", false); /* the test was papod, and has closed it */
	link_answer(house, GATE_MESSAGE_KIND_TAKEN, 2);
	link_answer(house, GATE_MESSAGE_KIND_TAKEN, 1);
	link_turn(house);
	assert_int_equal(papod_link_count(house->link), 0);
	link_expect_logged(house, "");
	assert_int_equal(papod_link_next_deadline(house->link), UINT64_MAX);
	close(one);
}

static void a_taken_client_belongs_to_papod_alone(void **state)
{
	struct house *house = *state;
	int client;

	link_begin_with_papod(house);
	client = link_offer_client(house);
	link_expect_hello(house);
	assert_int_equal(link_next_message(house).number, 1);
	link_answer(house, GATE_MESSAGE_KIND_TAKEN, 1);
	link_turn(house);
	link_expect_open(client);
	assert_int_equal(send(house->taken_fd, "hello", 5, 0), 5);
	link_forget_fd(house);
	{
		char bytes[8];

		assert_int_equal(recv(client, bytes, sizeof(bytes), 0), 5);
		assert_int_equal(recv(client, bytes, sizeof(bytes), 0), 0);
	}
	close(client);
}

static void a_refused_client_is_told_and_closed(void **state)
{
	struct house *house = *state;
	int client;

	link_begin_with_papod(house);
	client = link_offer_client(house);
	link_expect_hello(house);
	assert_int_equal(link_next_message(house).number, 1); /* papod has a copy of the socket */
	link_answer(house, GATE_MESSAGE_KIND_REFUSED, 1);
	link_turn(house);
	assert_int_equal(papod_link_count(house->link), 0);
	link_expect_logged(house, "not taken, 1, no room\n");
	link_expect_last_words(house, client,
		"ERROR :The server cannot take more clients now; try again later\r\n", true);
}

static void a_refused_web_client_gets_the_end_of_tls(void **state)
{
	struct house *house = *state;
	int client;

	link_begin_with_papod(house);
	client = link_offer_client_with(house, true);
	link_answer(house, GATE_MESSAGE_KIND_REFUSED, 1);
	link_turn(house);
	link_expect_last_words(house, client, "", true);
}

static void a_refused_client_without_tls_is_closed(void **state)
{
	struct house *house = *state;
	struct gate_message message = link_plain_client();
	int ends[2];

	link_begin_with_papod(house);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	papod_link_offer(house->link, ends[0], &message);
	link_answer(house, GATE_MESSAGE_KIND_REFUSED, 1);
	link_turn(house);
	link_expect_last_words(house, ends[1], "", false);
}

static void a_refusal_of_nobody_is_logged(void **state)
{
	struct house *house = *state;
	int client;

	link_begin_with_papod(house);
	client = link_offer_client(house);
	link_answer(house, GATE_MESSAGE_KIND_REFUSED, 7);
	link_turn(house);
	link_expect_logged(house, "not taken, 7, no room\n");
	assert_int_equal(papod_link_count(house->link), 1);
	link_expect_open(client);
	close(client);
}

static void answers_of_later_releases_are_ignored(void **state)
{
	struct house *house = *state;
	int client;

	link_begin_with_papod(house);
	client = link_offer_client(house);
	assert_int_equal(send(house->papod, "\x40", 1, MSG_NOSIGNAL), 1);
	link_answer(house, GATE_MESSAGE_KIND_TAKEN, 1);
	link_turn(house);
	link_expect_logged(house, "");
	assert_int_equal(papod_link_count(house->link), 0);
	close(client);
}

static void expect_bans(struct house *house, const char *lines)
{
	link_turn(house);
	assert_string_equal(buffer_text(&house->bans), lines);
	buffer_clear(&house->bans);
}

static void bans_are_passed_on(void **state)
{
	struct house *house = *state;
	CLEANUP(buffer_done) struct buffer ranges = { 0 };
	CLEANUP(buffer_done) struct buffer packet = { 0 };
	struct gate_message bans = { .kind = GATE_MESSAGE_KIND_BANS, .is_first = true };

	gate_message_add_range(
		&ranges, &(struct address){ ADDRESS_FAMILY_IPV4, 24, 0, { 192, 0, 2 } });
	bans.ranges = (struct gate_bytes){ (const uint8_t *) ranges.bytes, ranges.length };
	gate_message_save(&packet, &bans);
	link_begin_with_papod(house);
	assert_true(send(house->papod, packet.bytes, packet.length, MSG_NOSIGNAL) > 0);
	expect_bans(house, "first 1\n");
}

/* It is of the release before bans were sent. */
static void a_papod_that_sends_no_bans_has_none(void **state)
{
	struct house *house = *state;

	link_begin_with_papod(house);
	close(link_offer_client(house));
	close(link_offer_client(house));
	expect_bans(house, "");
	link_answer(house, GATE_MESSAGE_KIND_TAKEN, 1);
	expect_bans(house, "first 0 last\n");
	link_answer(house, GATE_MESSAGE_KIND_TAKEN, 2);
	expect_bans(house, "");
}

static void say_level(const struct house *house, uint8_t level)
{
	CLEANUP(buffer_done) struct buffer packet = { 0 };

	gate_message_save(
		&packet, &(struct gate_message){ .kind = GATE_MESSAGE_KIND_LEVEL, .level = level });
	assert_true(send(house->papod, packet.bytes, packet.length, MSG_NOSIGNAL) > 0);
}

static void the_log_level_is_that_of_the_papod_that_is_there(void **state)
{
	struct house *house = *state;

	link_begin_with_papod(house);
	say_level(house, SEVERITY_DEBUG);
	link_turn(house);
	assert_string_equal(buffer_text(&house->levels), "7");
	say_level(house, 0);
	say_level(house, SEVERITY_ERROR);
	close(TAKE_FD(house->papod));
	link_turn(house);
	link_turn(house);
	link_turn(house);
	assert_string_equal(buffer_text(&house->levels), "7030");
}

static void a_slow_papod_gets_all_clients_later(void **state)
{
	struct house *house = *state;
	struct gate_message message = link_plain_client();
	uint64_t expected = 1;

	link_begin_with_papod(house);
	link_expect_hello(house);
	for (int i = 0; i < 2000; i++)
		papod_link_offer(house->link, -1, &message);
	assert_int_equal(papod_link_count(house->link), 2000);
	assert_int_equal(papod_link_next_deadline(house->link), 50010);
	for (int turns = 0; turns < 2000 && expected <= 2000; turns++) {
		struct gate_message client;

		while ((client = link_next_message(house)).kind) {
			assert_int_equal(client.kind, GATE_MESSAGE_KIND_CLIENT);
			assert_int_equal(client.number, expected++);
		}
		assert_int_equal(loop_turn(house->loop, 0), 0);
	}
	assert_int_equal(expected, 2001);
	link_expect_no_message(house);
	assert_int_equal(papod_link_next_deadline(house->link), UINT64_MAX);
	link_expect_logged(house, "");
}

static void with_too_many_the_oldest_is_closed(void **state)
{
	struct house *house = *state;
	struct gate_message message = link_plain_client();
	int one, two;

	link_begin(house, house->path, -1);
	one = link_offer_client(house);
	two = link_offer_client(house);
	for (int i = 2; i < MOST_KEPT; i++)
		papod_link_offer(house->link, -1, &message);
	link_expect_open(one);
	papod_link_offer(house->link, -1, &message);
	assert_int_equal(papod_link_count(house->link), MOST_KEPT);
	link_expect_last_words(house, one, "", false);
	link_expect_open(two);
	close(two);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, link_setup, link_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(clients_are_offered_in_order_until_they_are_taken),
		TEST(a_taken_client_belongs_to_papod_alone),
		TEST(a_refused_client_is_told_and_closed),
		TEST(a_refused_web_client_gets_the_end_of_tls),
		TEST(a_refused_client_without_tls_is_closed),
		TEST(a_refusal_of_nobody_is_logged),
		TEST(answers_of_later_releases_are_ignored),
		TEST(bans_are_passed_on),
		TEST(the_log_level_is_that_of_the_papod_that_is_there),
		TEST(a_papod_that_sends_no_bans_has_none),
		TEST(a_slow_papod_gets_all_clients_later),
		TEST(with_too_many_the_oldest_is_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
