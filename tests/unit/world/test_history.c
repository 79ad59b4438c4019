/* The numbers of conversations, and what stands in the rest of a row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

#include "world/channel.h"
#include "world/history.h"
#include "world/msgid.h"

#define ACCOUNTS 40

static void two_accounts_have_one_number_and_no_others_have_it(void **state)
{
	int64_t seen[ACCOUNTS * ACCOUNTS];
	size_t n = 0;

	(void) state;
	for (uint64_t a = 1; a <= ACCOUNTS; a++)
		for (uint64_t b = a; b <= ACCOUNTS; b++) {
			int64_t target = history_target_of_accounts(a, b);

			assert_true(target < 0);
			assert_true(target == history_target_of_accounts(b, a));
			for (size_t i = 0; i < n; i++)
				assert_true(seen[i] != target);
			seen[n++] = target;
		}
}

static void who_has_no_account_has_no_number(void **state)
{
	struct world *world = world_of("");

	(void) state;
	assert_true(history_target_of_accounts(0, 3) == 0);
	assert_true(history_target_of_accounts(3, UINT64_C(1) << 31) == 0);
	assert_true(history_target_of_stranger(world, 0, "bea") == 0);
	world_free(world);
}

static void a_stranger_is_known_by_the_nickname(void **state)
{
	struct world *world = world_of("");
	int64_t target = history_target_of_stranger(world, 3, "Bea");

	(void) state;
	assert_true(target < 0);
	assert_true(target == history_target_of_stranger(world, 3, "bEA"));
	assert_true(target != history_target_of_stranger(world, 3, "cia"));
	assert_true(target != history_target_of_stranger(world, 4, "bea"));
	assert_true(target < history_target_of_accounts(INT32_MAX, INT32_MAX));
	world_free(world);
}

static void a_channel_made_anew_has_another_number(void **state)
{
	struct world *world = world_of("history: { enabled = true; };");
	struct channel *channel = channel_new(world, "#a");
	int64_t first = history_target_of_channel(world, channel), second;

	(void) state;
	assert_true(first > 0 && first == history_target_of_channel(world, channel));
	channel_end_if_empty(world, channel);
	assert_int_equal(world->ended_lives.length, sizeof(uint64_t));
	history_clear_ends(world);
	channel = channel_new(world, "#a");
	second = history_target_of_channel(world, channel);
	assert_true(second > first);
	world_free(world);
}

static void details_are_read_as_they_were_put(void **state)
{
	const struct history_details details = { .wall_ms = 7,
		.flags = HISTORY_FLAG_BOT | HISTORY_FLAG_OPERATOR,
		.tags = piece_of("+a=b"),
		.recipient = piece_of("bea"),
		.operator_name = piece_of("root"),
		.relay = piece_of("bridge") };
	struct buffer rest = { 0 };
	struct history_details back;

	(void) state;
	history_details_put(&rest, &details);
	back = history_details_read((struct piece){ rest.bytes, rest.length });
	assert_int_equal(back.wall_ms, 7);
	assert_int_equal(back.flags, details.flags);
	assert_int_equal(back.tags.length, 4);
	assert_memory_equal(back.recipient.bytes, "bea", 3);
	assert_memory_equal(back.operator_name.bytes, "root", 4);
	assert_memory_equal(back.relay.bytes, "bridge", 6);
	buffer_done(&rest);
}

/* A clock that was years ahead must not keep all later ids there. */
static void ids_go_on_behind_those_of_the_database(void **state)
{
	struct world *world = world_of("");
	uint64_t soon = msgid_at(WALL_MS + 1000), never = msgid_at(WALL_MS + 86400000000);

	(void) state;
	history_take_last_id(world, soon);
	assert_true(msgid_next(world) == soon + 1);
	history_take_last_id(world, 5);
	assert_true(msgid_next(world) == soon + 2);
	history_take_last_id(world, never);
	assert_true(msgid_next(world) == soon + 3);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_accounts_have_one_number_and_no_others_have_it),
		cmocka_unit_test(who_has_no_account_has_no_number),
		cmocka_unit_test(a_stranger_is_known_by_the_nickname),
		cmocka_unit_test(a_channel_made_anew_has_another_number),
		cmocka_unit_test(details_are_read_as_they_were_put),
		cmocka_unit_test(ids_go_on_behind_those_of_the_database),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
