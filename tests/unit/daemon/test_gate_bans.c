/* The messages with which a gate hears of bans. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "daemon/gate_bans.h"
#include "proto/gate_message.h"
#include "world/world.h"

#define MANY 10000

struct tale {
	struct world *world;
	struct gate_bans gate;
	size_t n_messages; /* since the last call */
	size_t n_ranges;   /* that the gate has */
	bool is_complete;
	struct address last;
};

static int begin_tale(void **state)
{
	static struct tale tale;

	tale = (struct tale){ .world = world_new() };
	*state = &tale;
	return 0;
}

static int end_tale(void **state)
{
	world_free(((struct tale *) *state)->world);
	return 0;
}

/* The gate reads one message. */
static void read_bans(struct tale *tale, const struct buffer *packet)
{
	struct gate_message message;

	assert_true(packet->length <= GATE_MESSAGE_BYTES);
	assert_true(gate_message_load(packet->bytes, packet->length, &message));
	assert_int_equal(message.kind, GATE_MESSAGE_KIND_BANS);
	tale->n_messages++;
	if (message.is_first)
		tale->n_ranges = 0;
	while (gate_message_take_range(&message.ranges, &tale->last))
		tale->n_ranges++;
	tale->is_complete = message.is_last;
}

static bool send_one(struct tale *tale)
{
	CLEANUP(buffer_done) struct buffer packet = { 0 };
	bool is_news = gate_bans_next(&tale->gate, &tale->world->bans, &packet);

	assert_int_equal(is_news, packet.length != 0);
	if (is_news)
		read_bans(tale, &packet);
	return is_news;
}

/* So many messages, after which the gate has so many ranges. */
static void assert_sent(struct tale *tale, size_t n_messages, size_t n_ranges)
{
	tale->n_messages = 0;
	while (send_one(tale))
		;
	assert_int_equal(tale->n_messages, n_messages);
	assert_int_equal(tale->n_ranges, n_ranges);
	assert_true(tale->is_complete);
}

static struct ban *ban(struct tale *tale, enum ban_kind kind, const char *mask)
{
	return ban_new(tale->world, kind, mask, "op!op@host", "spam");
}

static void ban_many(struct tale *tale, size_t count)
{
	char mask[32];

	for (size_t i = 0; i < count; i++) {
		snprintf(mask, sizeof(mask), "10.%zu.%zu.%zu", i >> 16, i >> 8 & 255, i & 255);
		ban(tale, BAN_KIND_ADDRESS, mask);
	}
}

static void without_bans_the_gate_hears_that(void **state)
{
	assert_sent(*state, 1, 0);
	assert_sent(*state, 0, 0);
}

static void only_bans_of_addresses_are_sent(void **state)
{
	struct tale *tale = *state;

	ban(tale, BAN_KIND_USER, "*@192.0.2.0/24");
	ban(tale, BAN_KIND_ADDRESS, "2001:db8::/32");
	ban(tale, BAN_KIND_NICK, "eve");
	assert_sent(tale, 1, 1);
	assert_int_equal(tale->last.family, ADDRESS_FAMILY_IPV6);
	assert_int_equal(tale->last.prefix, 32);
	ban(tale, BAN_KIND_NICK, "mallory");
	assert_sent(tale, 0, 1);
}

static void a_new_one_adds_a_message(void **state)
{
	struct tale *tale = *state;

	ban_many(tale, 500);
	assert_sent(tale, 3, 500);
	ban(tale, BAN_KIND_ADDRESS, "192.0.2.9");
	assert_sent(tale, 1, 501);
}

static void after_an_end_all_are_sent_again(void **state)
{
	struct tale *tale = *state;
	struct ban *first = ban(tale, BAN_KIND_ADDRESS, "192.0.2.9"), *last;

	ban_many(tale, 500);
	last = ban(tale, BAN_KIND_ADDRESS, "192.0.2.10");
	assert_sent(tale, 3, 502);
	ban_free(&tale->world->bans, first);
	assert_sent(tale, 3, 501);
	ban_free(&tale->world->bans, last);
	assert_sent(tale, 3, 500);
	assert_sent(tale, 0, 500);
}

static void an_end_while_they_are_sent_begins_anew(void **state)
{
	struct tale *tale = *state;
	struct ban *first = ban(tale, BAN_KIND_ADDRESS, "192.0.2.9");

	ban_many(tale, 500);
	assert_true(send_one(tale));
	assert_true(send_one(tale));
	ban_free(&tale->world->bans, first);
	assert_sent(tale, 3, 500);
}

/* The last message says that it is, even if nothing is left for it. */
static void many_take_many_messages(void **state)
{
	struct tale *tale = *state;

	ban_many(tale, MANY);
	assert_sent(tale, MANY / GATE_RANGES + 1, MANY);
	assert_sent(tale, 0, MANY);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_tale, end_tale)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_bans_the_gate_hears_that),
		TEST(only_bans_of_addresses_are_sent),
		TEST(a_new_one_adds_a_message),
		TEST(after_an_end_all_are_sent_again),
		TEST(an_end_while_they_are_sent_begins_anew),
		TEST(many_take_many_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
