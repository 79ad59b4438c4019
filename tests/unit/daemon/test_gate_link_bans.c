/* A gate at a socket of sequenced packets, and what it hears of bans and the log level. */
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

#include "base/cleanup.h"
#include "base/passed_fds.h"
#include "daemon/gate_link.h"
#include "proto/gate_message.h"
#include "world/world.h"

#define MANY 60000

struct house {
	struct loop *loop;
	struct gate_link *link;
	struct world *world; /* with the bans */
	struct log log;
	size_t n_gone, n_taken; /* gates, and clients */
	int gate;		/* the gate's end */
	uint8_t level;
};

ssize_t __real_send(int fd, const void *bytes, size_t length, int flags);
ssize_t __wrap_send(int fd, const void *bytes, size_t length, int flags);

static bool has_no_memory; /* for packets of papod */

ssize_t __wrap_send(int fd, const void *bytes, size_t length, int flags)
{
	if (!has_no_memory)
		return __real_send(fd, bytes, length, flags);
	errno = ENOBUFS;
	return -1;
}

static void count_ends(void *data, enum logbook entry, const char *const *fields)
{
	(void) fields;
	((struct house *) data)->n_gone += entry == LOGBOOK_GATE_GONE;
}

static const char *take_client(void *data, const struct clients_offer *offer)
{
	((struct house *) data)->n_taken++;
	close(offer->fd);
	return NULL;
}

static const struct bans *get_bans(void *data)
{
	return &((struct house *) data)->world->bans;
}

static uint8_t get_level(void *data)
{
	return ((struct house *) data)->level;
}

static int start_house(void **state)
{
	struct house *house = calloc(1, sizeof(*house));
	struct gate_link_needs needs = {
		.log = &house->log,
		.on_offer = take_client,
		.get_bans = get_bans,
		.get_level = get_level,
		.data = house,
	};
	int ends[2];

	house->log = (struct log){ count_ends, house };
	assert_int_equal(loop_new(&house->loop), 0);
	needs.loop = house->loop;
	house->world = world_new();
	house->link = gate_link_new(&needs);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	assert_int_equal(gate_link_add(house->link, ends[0]), 0);
	house->gate = ends[1];
	*state = house;
	return 0;
}

static int stop_house(void **state)
{
	struct house *house = *state;

	gate_link_free(house->link);
	loop_free(house->loop);
	world_free(house->world);
	if (house->gate >= 0)
		close(house->gate);
	free(house);
	return 0;
}

static void turn(const struct house *house)
{
	assert_int_equal(loop_turn(house->loop, 0), 0);
}

/* The file is passed with it; -1: none is. */
static void send_message(const struct house *house, const struct gate_message *message, int fd)
{
	CLEANUP(buffer_done) struct buffer packet = { 0 };
	PASSED_FDS(1) passed;
	struct iovec part;
	struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1 };

	gate_message_save(&packet, message);
	part = (struct iovec){ packet.bytes, packet.length };
	passed_fds_put(&header, &passed, &fd, fd >= 0);
	assert_true(sendmsg(house->gate, &header, MSG_NOSIGNAL) >= 0);
}

static void send_hello(const struct house *house)
{
	send_message(house,
		&(struct gate_message){ .kind = GATE_MESSAGE_KIND_HELLO, .version = 1, .gate = 77 },
		-1);
}

static void send_client(const struct house *house)
{
	const struct gate_message client = {
		.kind = GATE_MESSAGE_KIND_CLIENT,
		.gate = 77,
		.number = 1,
		.listener = "web",
		.address = { ADDRESS_FAMILY_IPV4, 32, 1234, { 192, 0, 2, 1 } },
		.is_websocket = true,
	};
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	send_message(house, &client, fd);
	close(fd);
}

/* kind 0: there is none. */
static struct gate_message read_message(const struct house *house)
{
	static char packet[GATE_MESSAGE_BYTES];
	ssize_t n = recv(house->gate, packet, sizeof(packet), MSG_DONTWAIT);
	struct gate_message message = { 0 };

	if (n > 0)
		assert_true(gate_message_load(packet, (size_t) n, &message));
	return message;
}

static void expect_level(const struct house *house, uint8_t level)
{
	const struct gate_message message = read_message(house);

	assert_int_equal(message.kind, GATE_MESSAGE_KIND_LEVEL);
	assert_int_equal(message.level, level);
}

static void ban_address(struct house *house, size_t number)
{
	char mask[32];

	snprintf(mask, sizeof(mask), "10.0.%zu.%zu", number >> 8, number & 255);
	ban_new(house->world, BAN_KIND_ADDRESS, mask, "op!op@host", "spam");
}

static void a_gate_hears_bans_before_answers(void **state)
{
	struct house *house = *state;
	struct gate_message message;

	ban_address(house, 1);
	send_hello(house);
	send_client(house);
	turn(house);
	expect_level(house, 0);
	message = read_message(house);
	assert_int_equal(message.kind, GATE_MESSAGE_KIND_BANS);
	assert_true(message.is_first && message.is_last);
	assert_int_equal(message.ranges.length, ADDRESS_PACKED_BYTES);
	assert_int_equal(read_message(house).kind, GATE_MESSAGE_KIND_TAKEN);
	gate_link_tick(house->link);
	assert_int_equal(read_message(house).kind, 0);
}

/* It introduced itself to another program, which ran before in this process. */
static void a_gate_without_a_word_hears_them_too(void **state)
{
	struct house *house = *state;
	struct gate_message message;

	gate_link_tick(house->link);
	expect_level(house, 0);
	assert_int_equal(read_message(house).kind, GATE_MESSAGE_KIND_BANS);
	ban_address(house, 2);
	gate_link_tick(house->link);
	message = read_message(house);
	assert_int_equal(message.kind, GATE_MESSAGE_KIND_BANS);
	assert_false(message.is_first);
	assert_int_equal(message.ranges.length, ADDRESS_PACKED_BYTES);
}

static void bans_wait_for_a_gate_that_does_not_read(void **state)
{
	struct house *house = *state;
	size_t n_ranges = 0, n_messages = 0;
	struct gate_message message;

	for (size_t i = 0; i < MANY; i++)
		ban_address(house, i);
	send_hello(house);
	turn(house);
	expect_level(house, 0);
	do {
		turn(house);
		message = read_message(house);
		assert_int_equal(message.kind, GATE_MESSAGE_KIND_BANS);
		assert_int_equal(message.is_first, n_messages == 0);
		n_ranges += message.ranges.length / ADDRESS_PACKED_BYTES;
		n_messages++;
	} while (!message.is_last);
	assert_int_equal(n_ranges, MANY);
	send_client(house);
	turn(house);
	assert_int_equal(read_message(house).kind, GATE_MESSAGE_KIND_TAKEN);
}

static void a_gate_hears_the_log_level_and_each_change(void **state)
{
	struct house *house = *state;

	house->level = SEVERITY_DEBUG;
	send_hello(house);
	turn(house);
	expect_level(house, SEVERITY_DEBUG);
	assert_int_equal(read_message(house).kind, GATE_MESSAGE_KIND_BANS);
	gate_link_tick(house->link);
	assert_int_equal(read_message(house).kind, 0);
	for (uint8_t level = SEVERITY_ERROR; level <= SEVERITY_INFO; level++) {
		house->level = level;
		gate_link_tick(house->link);
		expect_level(house, level);
		gate_link_tick(house->link);
		assert_int_equal(read_message(house).kind, 0);
	}
}

/* But its last clients are taken. */
static void a_gate_that_has_ended_hears_nothing(void **state)
{
	struct house *house = *state;

	ban_address(house, 1);
	send_client(house);
	close(house->gate);
	house->gate = -1;
	gate_link_tick(house->link);
	turn(house);
	turn(house);
	gate_link_tick(house->link);
	assert_int_equal(house->n_taken, 1);
	assert_int_equal(house->n_gone, 1);
}

/* The socket has room, so papod would try again in each turn. The gate offers the client again. */
static void without_memory_in_the_kernel_the_gate_is_lost(void **state)
{
	struct house *house = *state;

	send_hello(house);
	turn(house);
	send_client(house);
	has_no_memory = true;
	turn(house);
	has_no_memory = false;
	assert_int_equal(house->n_taken, 1);
	assert_int_equal(house->n_gone, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start_house, stop_house)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_gate_hears_bans_before_answers),
		TEST(a_gate_without_a_word_hears_them_too),
		TEST(bans_wait_for_a_gate_that_does_not_read),
		TEST(a_gate_hears_the_log_level_and_each_change),
		TEST(a_gate_that_has_ended_hears_nothing),
		TEST(without_memory_in_the_kernel_the_gate_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
