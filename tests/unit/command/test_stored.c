/* What follows from news of the database. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "command/dispatch.h"
#include "world/account_rows.h"
#include "world/changes.h"

#include "../world/fixture.h"

#include "../world/rows_fixture.h"

static void send_storage(struct world *world, enum storage_state storage, struct buffer *rows)
{
	struct outbox outbox = { 0 };
	struct event event = { .kind = EVENT_STORAGE,
		.now_ms = NOW_MS,
		.wall_ms = WALL_MS,
		.status = storage,
		.request = 77,
		.number = 5,
		.text = buffer_text(rows),
		.text_length = rows->length };

	dispatch(world, &event, &outbox);
	outbox_done(&outbox);
	buffer_done(rows);
	assert_sound(world);
}

static void send_state(struct world *world, enum storage_state storage)
{
	struct buffer none = { 0 };

	send_storage(world, storage, &none);
}

static struct buffer rows_of(const struct world *world)
{
	struct buffer rows = { 0 };

	rows_save(&rows, 1, world);
	return rows;
}

static void users_of_lost_accounts_are_logged_out(void **state)
{
	struct world *world = world_of("");
	struct user *ana = user_of(world, 1, "ana"), *bea = user_of(world, 2, "bea");
	struct session *cid = session_from(world, 3, "192.0.2.3");
	struct buffer rows;

	(void) state;
	assert_true(take_account_row(world, 1, "Bea"));
	rows = rows_of(world);
	assert_true(take_account_row(world, 2, "Ana"));
	send_state(world, STORAGE_WORKS);
	user_set_account(world, ana, "Ana", 2);
	user_set_account(world, bea, "Bea", 1);
	registration_set_account(cid->registration, "Ana", 2);
	send_state(world, STORAGE_NONE);
	assert_null(account_find(world, "Bea"));
	assert_string_equal(ana->account, "Ana");
	send_storage(world, STORAGE_LOADING, &rows);
	assert_string_equal(ana->account, "Ana");
	assert_int_equal(world->storage_file, 0);
	send_state(world, STORAGE_WORKS);
	assert_null(ana->account);
	assert_null(cid->registration->account);
	assert_string_equal(bea->account, "Bea");
	assert_int_equal(world->storage_file, 77);
	assert_int_equal(world->storage_stored, 5);
	world_free(world);
}

/* A fault and its end say nothing about the rows. */
static void fault_keeps_accounts_and_state(void **state)
{
	struct world *world = world_of("");

	(void) state;
	assert_true(take_account_row(world, 1, "Ana"));
	send_state(world, STORAGE_WORKS);
	world->storage_stored = 9;
	send_state(world, STORAGE_FAILING);
	send_state(world, STORAGE_WORKS);
	assert_int_equal(world->storage_stored, 9);
	assert_non_null(account_find(world, "ana"));
	world_free(world);
}

static struct buffer channel_rows(uint64_t founder)
{
	struct buffer rows = { 0 }, bytes = { 0 };
	struct store_row row = { .table = STORE_TABLE_CHANNELS, .id = 1, .version = 1 };

	pack_text(&bytes, STORE_CHANNEL_NAME, "#a");
	pack_text(&bytes, STORE_CHANNEL_FOLDED, "#a");
	pack_u64(&bytes, STORE_CHANNEL_FOUNDER, founder);
	row.bytes = bytes.bytes;
	row.length = bytes.length;
	store_row_save(&rows, 1, &row);
	buffer_done(&bytes);
	return rows;
}

/* Who came before the rows was the first, and became operator. If the rows are read again, ranks
 * that others have given stay. */
static void members_of_registered_channels_lose_other_ranks_once(void **state)
{
	struct world *world = world_of("");
	struct user *ana = user_of(world, 1, "ana"), *bea = user_of(world, 2, "bea");
	struct channel *channel = channel_new(world, "#a");
	struct user *cid = user_of(world, 3, "cid");
	struct member *third, *second,
		*first = channel_add(world, channel, bea, MEMBER_RANK_OPERATOR);
	struct buffer rows = channel_rows(1);

	(void) state;
	second = channel_add(world, channel, ana, 0);
	user_set_account(world, ana, "Ana", 1);
	assert_true(take_account_row(world, 1, "Ana"));
	send_storage(world, STORAGE_LOADING, &rows);
	send_state(world, STORAGE_WORKS);
	assert_int_equal(first->ranks, 0);
	assert_int_equal(second->ranks, MEMBER_RANK_OWNER);
	third = channel_add(world, channel, cid, MEMBER_RANK_OPERATOR);
	world_set_storage(world, STORAGE_NONE);
	rows = channel_rows(1);
	send_storage(world, STORAGE_LOADING, &rows);
	send_state(world, STORAGE_WORKS);
	assert_int_equal(third->ranks, MEMBER_RANK_OPERATOR);
	world_free(world);
}

static void unknown_state_changes_nothing(void **state)
{
	struct world *world = world_of("");

	(void) state;
	send_state(world, STORAGE_WORKS);
	send_state(world, (enum storage_state)(STORAGE_WORKS + 1));
	assert_int_equal(world->storage, STORAGE_WORKS);
	world_free(world);
}

static void answer_without_a_change_is_ignored(void **state)
{
	struct world *world = world_of("");
	struct outbox outbox = { 0 };
	struct event event = { .kind = EVENT_STORED, .now_ms = NOW_MS, .request = 4, .number = 9 };

	(void) state;
	dispatch(world, &event, &outbox);
	assert_int_equal(outbox.count, 0);
	assert_int_equal(world->storage_stored, 0);
	assert_sound(world);
	outbox_done(&outbox);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(users_of_lost_accounts_are_logged_out),
		cmocka_unit_test(fault_keeps_accounts_and_state),
		cmocka_unit_test(members_of_registered_channels_lose_other_ranks_once),
		cmocka_unit_test(unknown_state_changes_nothing),
		cmocka_unit_test(answer_without_a_change_is_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
