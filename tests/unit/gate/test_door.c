/* Limits of handshakes, without TLS: clients that say nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gate/door.h"

#define MOST 300
#define MOST_FROM_SOURCE 256

static const struct door_listener listener = { .name = "secure", .has_tls = true };

struct house {
	struct loop *loop;
	struct door *door;
	struct log log;
	size_t n_entries;
	char reason[128];
	uint64_t now_ms;
	int clients[MOST + 1];
	size_t n_clients;
};

uint64_t __wrap_loop_now_ms(const struct loop *loop);

static struct house *house_of_clock;

/* The door asks its loop; a test has one. */
uint64_t __wrap_loop_now_ms(const struct loop *loop)
{
	(void) loop;
	return house_of_clock->now_ms;
}

static void note_entry(void *data, enum logbook entry, const char *const *fields)
{
	struct house *house = data;

	assert_int_equal(entry, LOGBOOK_HANDSHAKE_FAILED);
	house->n_entries++;
	for (size_t i = 0; fields[i]; i += 2)
		if (strcmp(fields[i], "REASON") == 0)
			snprintf(house->reason, sizeof(house->reason), "%s", fields[i + 1]);
}

static void expect_no_client(void *data, const struct door_client *client)
{
	(void) data;
	(void) client;
	fail();
}

static int start_house(void **state)
{
	struct house *house = calloc(1, sizeof(*house));
	struct door_needs needs = { .most = MOST,
		.most_from_source = MOST_FROM_SOURCE,
		.on_client = expect_no_client,
		.data = house };

	house_of_clock = house;
	house->now_ms = 1000000;
	house->log = (struct log){ note_entry, house };
	assert_int_equal(loop_new(&house->loop), 0);
	needs.loop = house->loop;
	needs.log = &house->log;
	house->door = door_new(&needs);
	*state = house;
	return 0;
}

static int stop_house(void **state)
{
	struct house *house = *state;

	door_free(house->door);
	loop_free(house->loop);
	for (size_t i = 0; i < house->n_clients; i++)
		close(house->clients[i]);
	free(house);
	return 0;
}

static struct address ipv6(uint8_t network, uint8_t host)
{
	return (struct address){ ADDRESS_FAMILY_IPV6, 128, 1,
		{ 0x20, 1, 0xd, 0xb8, [7] = network, [15] = host } };
}

static struct address ipv4(uint8_t host)
{
	return (struct address){ ADDRESS_FAMILY_IPV4, 32, 1, { 192, 0, 2, host } };
}

static void enter(struct house *house, const struct address *address)
{
	int ends[2];

	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
	house->clients[house->n_clients++] = ends[1];
	door_accept(house->door, ends[0], &listener, address);
}

static bool is_closed(const struct house *house, size_t client)
{
	char byte;

	return recv(house->clients[client], &byte, 1, MSG_DONTWAIT) == 0;
}

static void over_the_limit_of_an_address_its_oldest_gives_way(void **state)
{
	struct house *house = *state;
	struct address greedy = ipv4(1), other = ipv4(2);

	enter(house, &other);
	for (size_t i = 0; i < MOST_FROM_SOURCE; i++)
		enter(house, &greedy);
	assert_int_equal(door_count(house->door), MOST_FROM_SOURCE + 1);
	enter(house, &greedy);
	assert_int_equal(door_count(house->door), MOST_FROM_SOURCE + 1);
	assert_false(is_closed(house, 0));
	assert_true(is_closed(house, 1));
	assert_false(is_closed(house, 2));
	assert_string_equal(house->reason, "too many handshakes of this address at once");
}

static void an_ipv6_network_counts_as_one_address(void **state)
{
	struct house *house = *state;
	struct address other = ipv6(1, 1);

	enter(house, &other);
	for (size_t i = 0; i < MOST_FROM_SOURCE + 1; i++) {
		struct address address = ipv6(2, (uint8_t) i);

		enter(house, &address);
	}
	assert_int_equal(door_count(house->door), MOST_FROM_SOURCE + 1);
	assert_false(is_closed(house, 0));
	assert_true(is_closed(house, 1));
}

static void over_the_limit_of_all_the_oldest_gives_way(void **state)
{
	struct house *house = *state;

	for (size_t i = 0; i <= MOST; i++) {
		struct address address = ipv4((uint8_t) (i / 100));

		enter(house, &address);
	}
	assert_int_equal(door_count(house->door), MOST);
	assert_true(is_closed(house, 0));
	assert_false(is_closed(house, 1));
	assert_string_equal(house->reason, "too many handshakes at once");
}

static void ten_seconds_are_enough(void **state)
{
	struct house *house = *state;
	struct address address = ipv4(1);

	enter(house, &address);
	house->now_ms += 5000;
	enter(house, &address);
	assert_int_equal(door_next_deadline(house->door), 1010000);
	house->now_ms = 1009999;
	door_tick(house->door);
	assert_int_equal(door_count(house->door), 2);
	house->now_ms++;
	door_tick(house->door);
	assert_int_equal(door_count(house->door), 1);
	assert_true(is_closed(house, 0));
	assert_string_equal(house->reason, "not finished after 10 seconds");
	assert_int_equal(door_next_deadline(house->door), 1015000);
}

static void clients_without_tls_are_told_and_linger(void **state)
{
	struct house *house = *state;
	struct address address = ipv4(1);
	char answer[200] = "";

	enter(house, &address);
	assert_int_equal(send(house->clients[0], "NICK ana\r\n", 10, 0), 10);
	assert_int_equal(loop_turn(house->loop, 0), 0);
	assert_int_equal(door_count(house->door), 0);
	assert_true(recv(house->clients[0], answer, sizeof(answer) - 1, MSG_DONTWAIT) > 0);
	assert_int_equal(strncmp(answer, "ERROR :This port speaks IRC with TLS only", 41), 0);
	assert_int_equal(door_next_deadline(house->door), house->now_ms + 2000);
	house->now_ms += 2000;
	door_tick(house->door);
	assert_int_equal(door_next_deadline(house->door), UINT64_MAX);
}

static void a_flood_does_not_fill_the_log(void **state)
{
	struct house *house = *state;
	struct address address = ipv4(1);

	for (size_t i = 0; i < MOST; i++)
		enter(house, &address);
	house->now_ms += 10000;
	door_tick(house->door);
	assert_int_equal(door_count(house->door), 0);
	assert_true(house->n_entries >= 50);
	assert_true(house->n_entries <= 80);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start_house, stop_house)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(over_the_limit_of_an_address_its_oldest_gives_way),
		TEST(an_ipv6_network_counts_as_one_address),
		TEST(over_the_limit_of_all_the_oldest_gives_way),
		TEST(ten_seconds_are_enough),
		TEST(clients_without_tls_are_told_and_linger),
		TEST(a_flood_does_not_fill_the_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
