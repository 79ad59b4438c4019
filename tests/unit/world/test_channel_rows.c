/* Registered channels as rows, and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "world/changes.h"
#include "world/channel_rows.h"
#include "world/history.h"
#include "world/metadata.h"

#include "fixture.h"
#include "rows_fixture.h"

static bool take_channel_row(struct world *world, uint64_t id, const char *name, uint64_t founder)
{
	struct buffer bytes = { 0 };

	pack_text(&bytes, STORE_CHANNEL_NAME, name);
	pack_text(&bytes, STORE_CHANNEL_FOLDED, name);
	pack_u64(&bytes, STORE_CHANNEL_FOUNDER, founder);
	return take_bytes(world, STORE_TABLE_CHANNELS, id, &bytes);
}

static bool take_access_row(struct world *world, uint64_t id, uint64_t account, uint32_t rank)
{
	struct buffer bytes = { 0 };

	channel_access_put(&bytes, account, rank);
	return take_bytes(world, STORE_TABLE_CHANNEL_ACCESS, id, &bytes);
}

static void assert_world_is_sound(struct world *world)
{
	const char *wrong;

	world_sweep(world);
	wrong = world_check(world);
	if (wrong)
		fail_msg("%s", wrong);
}

/* A world whose rows are here, with an account and its channel. */
static struct world *world_with_channel(void)
{
	struct world *world = world_of("");

	rows_complete(world, 1, 1);
	world_set_storage(world, STORAGE_WORKS);
	assert_true(take_account_row(world, 1, "ana"));
	assert_true(take_account_row(world, 2, "bea"));
	assert_true(take_channel_row(world, 7, "#a", 1));
	return world;
}

static void take_rows_of(struct world *world, const struct change *change)
{
	assert_true(rows_take_all(world, change->rows.bytes, change->rows.length));
}

static void what_is_stored_comes_back(void **state)
{
	struct world *world = world_with_channel(), *next = world_of("");
	struct channel *channel = channel_find(world, "#a");
	struct change *change = change_new();

	(void) state;
	channel->registered->heir = 2;
	channel_set_topic(world, channel, "Roses", "ana!a@b");
	channel_set_key(channel, "secret");
	channel_set_flag(channel, CHANNEL_FLAG_NO_OUTSIDE, false);
	channel_set_flag(channel, CHANNEL_FLAG_MODERATED, true);
	metadata_set(&channel->metadata, "url", "https://example.org/");
	masklist_add(&channel->lists[CHANNEL_LIST_BAN], "x!*@*", "ana!a@b", WALL_MS);
	masklist_add(&channel->lists[CHANNEL_LIST_QUIET], "y!*@*", "ana!a@b", WALL_MS)->expires_ms =
		NOW_MS + 5000;
	assert_true(registered_channel_add_rows(world, change, channel->registered));
	take_rows_of(next, change);
	change_free(change);

	channel = channel_find(next, "#a");
	assert_non_null(channel);
	assert_int_equal(channel->registered->id, 7);
	assert_int_equal(channel->registered->founder, 1);
	assert_int_equal(channel->registered->heir, 2);
	assert_string_equal(channel->topic, "Roses");
	assert_string_equal(channel->topic_setter, "ana!a@b");
	assert_string_equal(channel->key, "secret");
	assert_int_equal(channel->flags & CHANNEL_FLAG_NO_OUTSIDE, 0);
	assert_true(channel->flags & CHANNEL_FLAG_MODERATED);
	assert_string_equal(metadata_get(&channel->metadata, "url"), "https://example.org/");
	assert_int_equal(channel->lists[CHANNEL_LIST_BAN].count, 1);
	assert_string_equal(channel->lists[CHANNEL_LIST_BAN].entries[0].setter, "ana!a@b");
	assert_int_equal(channel->lists[CHANNEL_LIST_QUIET].entries[0].expires_ms, NOW_MS + 5000);
	assert_world_is_sound(next);
	world_free(world);
	world_free(next);
}

/* Its row stays in the database, for the case mapping of before. */
static void a_name_that_became_equal_is_not_taken(void **state)
{
	struct world *world = world_with_channel();

	(void) state;
	assert_false(take_channel_row(world, 8, "#A", 2));
	assert_null(registered_channel_find_id(world, 8));
	assert_int_equal(channel_find(world, "#A")->registered->id, 7);
	assert_world_is_sound(world);
	world_free(world);
}

static void listed_channel_stays_permanent(void **state)
{
	struct world *world = world_with_channel(), *next = world_of("");
	struct channel *channel = channel_new(next, "#a");
	struct change *change = change_new();

	(void) state;
	channel_set_flag(channel, CHANNEL_FLAG_PERMANENT, true);
	channel_set_flag(channel, CHANNEL_FLAG_SECRET, true);
	channel_set_flag(channel_find(world, "#a"), CHANNEL_FLAG_MODERATED, true);
	assert_true(
		registered_channel_add_rows(world, change, channel_find(world, "#a")->registered));
	take_rows_of(next, change);
	change_free(change);
	assert_ptr_equal(channel_find(next, "#a"), channel);
	assert_int_equal(channel->flags, CHANNEL_FLAG_MODERATED | CHANNEL_FLAG_PERMANENT);
	assert_world_is_sound(next);
	world_free(world);
	world_free(next);
}

/* Only what differs from the database is stored, and a full list in several changes. */
static void lists_are_stored_in_parts(void **state)
{
	struct world *world = world_with_channel();
	struct channel *channel = channel_find(world, "#a");
	struct masklist *list = &channel->lists[CHANNEL_LIST_BAN];
	struct change *change = change_new();
	char mask[16];

	(void) state;
	change->channel = 7;
	for (int i = 0; i < 60; i++) {
		snprintf(mask, sizeof(mask), "x%d!*@*", i);
		masklist_add(list, mask, "ana!a@b", WALL_MS);
	}
	assert_false(registered_channel_add_rows(world, change, channel->registered));
	registered_channel_saved(world, change, false);
	assert_int_equal(channel->registered->n_masks, 0);
	registered_channel_saved(world, change, true);
	assert_int_equal(channel->registered->n_masks, change->n_rows - 1);
	change_free(change);

	change = change_new();
	change->channel = 7;
	assert_true(registered_channel_add_rows(world, change, channel->registered));
	registered_channel_saved(world, change, true);
	assert_int_equal(channel->registered->n_masks, 60);
	change_free(change);

	free(masklist_remove(list, CASEMAP_ASCII, "x7!*@*"));
	change = change_new();
	change->channel = 7;
	assert_true(registered_channel_add_rows(world, change, channel->registered));
	assert_int_equal(change->n_rows, 2);
	registered_channel_saved(world, change, true);
	assert_int_equal(channel->registered->n_masks, 59);
	change_free(change);
	assert_world_is_sound(world);
	world_free(world);
}

static void accounts_have_ranks(void **state)
{
	struct world *world = world_with_channel();
	struct channel *channel = channel_find(world, "#a");
	const struct registered_channel *registered = channel->registered;
	const struct account *ana = account_find(world, "ana"), *bea = account_find(world, "bea");

	(void) state;
	assert_int_equal(registered_channel_rank(registered, ana), MEMBER_RANK_OWNER);
	assert_int_equal(registered_channel_rank(registered, bea), 0);
	assert_int_equal(registered_channel_rank(registered, NULL), 0);
	assert_true(take_access_row(world, 7, 2, MEMBER_RANK_OPERATOR));
	assert_int_equal(registered_channel_rank(registered, bea), MEMBER_RANK_OPERATOR);
	assert_true(take_access_row(world, 7, 2, MEMBER_RANK_VOICE));
	assert_int_equal(registered->n_access, 1);
	assert_int_equal(registered_channel_rank(registered, bea), MEMBER_RANK_VOICE);
	assert_world_is_sound(world);
	world_free(world);
}

/* Whoever takes the name of a dropped account gets another id. */
static void dropped_account_leaves_no_rank(void **state)
{
	struct world *world = world_with_channel();
	const struct registered_channel *registered = channel_find(world, "#a")->registered;

	(void) state;
	assert_true(take_access_row(world, 7, 2, MEMBER_RANK_OPERATOR));
	assert_true(take_removal(world, STORE_TABLE_ACCOUNTS, 1, NULL));
	assert_true(take_removal(world, STORE_TABLE_ACCOUNTS, 2, NULL));
	assert_int_equal(registered->founder, 0);
	assert_int_equal(registered->n_access, 0);
	assert_true(take_account_row(world, 3, "ana"));
	assert_int_equal(registered_channel_rank(registered, account_find(world, "ana")), 0);
	assert_world_is_sound(world);
	world_free(world);
}

static void removed_row_ends_the_channel(void **state)
{
	struct world *world = world_with_channel();

	(void) state;
	assert_true(take_removal(world, STORE_TABLE_CHANNELS, 7, NULL));
	assert_null(channel_find(world, "#a"));
	assert_true(take_removal(world, STORE_TABLE_CHANNELS, 7, NULL));
	assert_true(take_access_row(world, 7, 2, MEMBER_RANK_OPERATOR));
	assert_world_is_sound(world);
	world_free(world);
}

static void malformed_rows_change_nothing(void **state)
{
	struct world *world = world_with_channel();
	struct buffer bytes = { 0 };

	(void) state;
	assert_false(take_channel_row(world, 8, "no channel", 1));
	assert_false(take_channel_row(world, 8, "", 1));
	assert_false(take_channel_row(world, 6, "#b", 1));
	pack_u64(&bytes, STORE_ACCESS_ACCOUNT, 1);
	pack_text(&bytes, STORE_ACCESS_MODES, "b");
	assert_false(take_bytes(world, STORE_TABLE_CHANNEL_ACCESS, 7, &bytes));
	pack_text(&bytes, STORE_LIST_MODE, "o");
	pack_text(&bytes, STORE_LIST_MASK, "x!*@*");
	assert_false(take_bytes(world, STORE_TABLE_CHANNEL_LISTS, 7, &bytes));
	assert_int_equal(world->n_channels, 1);
	assert_world_is_sound(world);
	world_free(world);
}

static void registration_survives_a_snapshot(void **state)
{
	struct world *world = world_with_channel(), *next;
	struct buffer saved = { 0 }, again = { 0 };
	const char *reason = "";

	(void) state;
	assert_true(take_access_row(world, 7, 2, MEMBER_RANK_OPERATOR));
	registered_channel_note_mask(channel_find(world, "#a")->registered, 'b', "x!*@*", true);
	channel_touch(world, channel_find(world, "#a"));
	world_save(world, &saved);
	next = world_load(saved.bytes, saved.length, &reason);
	if (!next)
		fail_msg("%s", reason);
	world_save(next, &again);
	assert_int_equal(again.length, saved.length);
	assert_memory_equal(again.bytes, saved.bytes, saved.length);
	assert_int_equal(channel_find(next, "#a")->registered->n_access, 1);
	assert_false(list_is_empty(&next->touched_channels));
	assert_world_is_sound(next);
	buffer_done(&saved);
	buffer_done(&again);
	world_free(world);
	world_free(next);
}

static void take_life_row(struct world *world, uint64_t life)
{
	struct buffer bytes = { 0 };

	pack_text(&bytes, STORE_CHANNEL_NAME, "#a");
	pack_text(&bytes, STORE_CHANNEL_FOLDED, "#a");
	pack_u64(&bytes, 91, life);
	assert_true(take_bytes(world, STORE_TABLE_CHANNELS, 7, &bytes));
}

static void rows_that_are_read_again_erase_no_history(void **state)
{
	struct world *world = world_with_channel();
	const int64_t life = history_target_of_channel(world, channel_find(world, "#a"));

	(void) state;
	world_set_storage(world, STORAGE_NONE);
	rows_forget(world);
	assert_int_equal(world->ended_lives.length, 0);
	take_life_row(world, (uint64_t) life);
	assert_int_equal(channel_find(world, "#a")->life, life);
	assert_int_equal(world->ended_lives.length, 0);
	world_free(world);
}

static void what_was_said_before_the_row_came_is_erased(void **state)
{
	struct world *world = world_of("");
	struct channel *channel = channel_new(world, "#a");
	const uint64_t life = (uint64_t) history_target_of_channel(world, channel);

	(void) state;
	channel_add(world, channel, user_of(world, 1, "ana"), 0);
	take_life_row(world, life + 1);
	assert_int_equal(channel->life, life + 1);
	assert_int_equal(world->ended_lives.length, sizeof(life));
	assert_memory_equal(world->ended_lives.bytes, &life, sizeof(life));
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_stored_comes_back),
		cmocka_unit_test(a_name_that_became_equal_is_not_taken),
		cmocka_unit_test(listed_channel_stays_permanent),
		cmocka_unit_test(lists_are_stored_in_parts),
		cmocka_unit_test(accounts_have_ranks),
		cmocka_unit_test(dropped_account_leaves_no_rank),
		cmocka_unit_test(removed_row_ends_the_channel),
		cmocka_unit_test(malformed_rows_change_nothing),
		cmocka_unit_test(registration_survives_a_snapshot),
		cmocka_unit_test(rows_that_are_read_again_erase_no_history),
		cmocka_unit_test(what_was_said_before_the_row_came_is_erased),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
