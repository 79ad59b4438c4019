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
	size_t n_lists;
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
		tale->n_ranges += message.has_ended ? (size_t) -1 : 1;
	tale->n_lists += message.is_first;
	tale->is_complete = message.has_ended ? tale->is_complete : message.is_last;
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

static void an_end_takes_a_message(void **state)
{
	struct tale *tale = *state;
	struct ban *first = ban(tale, BAN_KIND_ADDRESS, "192.0.2.9"), *last;

	ban_many(tale, 500);
	last = ban(tale, BAN_KIND_ADDRESS, "192.0.2.10");
	assert_sent(tale, 3, 502);
	ban_free(&tale->world->bans, first);
	assert_sent(tale, 1, 501);
	ban_free(&tale->world->bans, last);
	assert_sent(tale, 1, 500);
	assert_sent(tale, 0, 500);
	assert_int_equal(tale->n_lists, 1);
}

static void a_ban_that_ends_and_is_set_again_is_sent_last(void **state)
{
	struct tale *tale = *state;

	for (size_t i = 0; i < 3; i++) {
		struct ban *again = ban(tale, BAN_KIND_ADDRESS, "192.0.2.9");

		assert_sent(tale, i ? 2 : 1, 1);
		ban_free(&tale->world->bans, again);
	}
	assert_sent(tale, 1, 0);
}

/* Ends come all the time, and the list is complete nevertheless. */
static void ends_do_not_begin_the_list_anew(void **state)
{
	struct tale *tale = *state;
	struct ban *first[10];

	for (size_t i = 0; i < 10; i++)
		first[i] = ban(tale, BAN_KIND_ADDRESS, "192.0.2.0");
	ban_many(tale, 1990);
	for (size_t i = 0; i < 10; i++) {
		assert_true(send_one(tale));
		ban_free(&tale->world->bans, first[i]);
		assert_true(send_one(tale));
	}
	assert_int_equal(tale->n_lists, 1);
	assert_sent(tale, 1, 1990);
}

static void after_many_ends_all_are_sent_again(void **state)
{
	struct tale *tale = *state;
	struct ban *bans[BANS_ENDED + 1];

	ban_many(tale, 500);
	for (size_t i = 0; i < BANS_ENDED + 1; i++)
		bans[i] = ban(tale, BAN_KIND_ADDRESS, "192.0.2.9");
	assert_sent(tale, 3, 500 + BANS_ENDED + 1);
	for (size_t i = 0; i < BANS_ENDED; i++)
		ban_free(&tale->world->bans, bans[i]);
	assert_sent(tale, 1, 501);
	for (size_t i = 0; i < BANS_ENDED; i++)
		bans[i] = ban(tale, BAN_KIND_ADDRESS, "192.0.2.9");
	assert_sent(tale, 1, 501 + BANS_ENDED);
	for (size_t i = 0; i < BANS_ENDED + 1; i++)
		ban_free(&tale->world->bans, bans[i]);
	assert_sent(tale, 3, 500);
	assert_int_equal(tale->n_lists, 2);
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

static void exempt(struct tale *tale, struct settings *settings, const char *range)
{
	assert_true(address_parse_range(range, settings->exempt_addresses));
	settings->n_exempt_addresses = 1;
	bans_set_exemptions(&tale->world->bans, settings);
}

static void papod_alone_decides_where_an_address_is_exempt(void **state)
{
	static const char *const exempts[] = { "192.0.2.9", "192.0.2.0/24", "192.0.0.0/16" };
	struct tale *tale = *state;

	ban(tale, BAN_KIND_ADDRESS, "192.0.2.0/24");
	ban(tale, BAN_KIND_ADDRESS, "198.51.100.0/24");
	ban(tale, BAN_KIND_ADDRESS, "c000:209::/32"); /* the bytes of 192.0.2.9 */
	assert_sent(tale, 1, 3);
	for (size_t i = 0; i < 3; i++) {
		struct address address;
		struct settings settings = { .exempt_addresses = &address };

		exempt(tale, &settings, exempts[i]);
		assert_sent(tale, 1, 2);
		assert_sent(tale, 0, 2);
		bans_set_exemptions(&tale->world->bans, NULL);
		assert_sent(tale, 1, 3);
	}
	assert_int_equal(tale->n_lists, 7);
}

static void the_same_exemptions_send_nothing(void **state)
{
	struct tale *tale = *state;
	struct address addresses[2];
	struct settings settings[] = { { .exempt_addresses = &addresses[0] },
		{ .exempt_addresses = &addresses[1] } };

	ban(tale, BAN_KIND_ADDRESS, "192.0.2.0/24");
	exempt(tale, &settings[0], "192.0.2.9");
	assert_sent(tale, 1, 0);
	exempt(tale, &settings[1], "192.0.2.9");
	assert_sent(tale, 0, 0);
	bans_set_exemptions(&tale->world->bans, NULL);
	assert_sent(tale, 1, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_bans_the_gate_hears_that),
		TEST(only_bans_of_addresses_are_sent),
		TEST(a_new_one_adds_a_message),
		TEST(an_end_takes_a_message),
		TEST(a_ban_that_ends_and_is_set_again_is_sent_last),
		TEST(ends_do_not_begin_the_list_anew),
		TEST(after_many_ends_all_are_sent_again),
		TEST(papod_alone_decides_where_an_address_is_exempt),
		TEST(the_same_exemptions_send_nothing),
		TEST(many_take_many_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
