/* Bans of operators as rows, and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "world/ban_rows.h"
#include "world/changes.h"
#include "world/removed_bans.h"

#include "fixture.h"
#include "rows_fixture.h"

#define SETTER "root!root@example.org"

static bool take_ban_row(
	struct world *world, const char *kind, const char *mask, uint64_t expires_wall_ms)
{
	struct buffer bytes = { 0 };

	pack_text(&bytes, STORE_BAN_KIND, kind);
	pack_text(&bytes, STORE_BAN_MASK, mask);
	pack_text(&bytes, STORE_BAN_REASON, "Spam");
	pack_text(&bytes, STORE_BAN_SETTER, SETTER);
	pack_u64(&bytes, STORE_BAN_CREATED, WALL_MS - 1000);
	pack_u64(&bytes, STORE_BAN_EXPIRES, expires_wall_ms);
	return take_bytes(world, STORE_TABLE_SERVER_BANS, 0, &bytes);
}

static struct ban *add(struct world *world, const char *mask, const char *reason)
{
	return ban_new(world, BAN_KIND_ADDRESS, mask, SETTER, reason);
}

static struct change *begin_saving(struct world *world, uint32_t n_rows)
{
	struct change *change = change_new();

	bans_add_rows(world, change);
	assert_int_equal(change->n_rows, n_rows);
	return change;
}

static void end_saving(struct world *world, struct change *change, bool is_stored)
{
	bans_saved(world, change, is_stored);
	change_free(change);
	assert_null(world_check(world));
}

static void what_is_stored_comes_back(void **state)
{
	struct world *world = world_of(""), *next = world_of("");
	struct change *change;
	const struct ban *ban;

	(void) state;
	ban_expire_after(world, add(world, "192.0.2.1", "Spam"), 5000);
	ban_new(world, BAN_KIND_CHANNEL, "#bad*", SETTER, "Bad");
	change = begin_saving(world, 2);
	assert_true(rows_take_all(next, change->rows.bytes, change->rows.length));
	end_saving(world, change, true);
	assert_false(bans_are_unsaved(world));
	assert_false(bans_are_unsaved(next));
	ban = bans_find(next, BAN_KIND_ADDRESS, "192.0.2.1");
	assert_string_equal(ban->setter, SETTER);
	assert_string_equal(ban->reason, "Spam");
	assert_int_equal(ban->expires_wall_ms, WALL_MS + 5000);
	assert_int_equal(ban->expiry.deadline_ms, NOW_MS + 5000);
	assert_non_null(bans_find(next, BAN_KIND_CHANNEL, "#bad*"));
	world_free(world);
	world_free(next);
}

static void failure_leaves_all_to_be_stored(void **state)
{
	struct world *world = world_of("");

	(void) state;
	add(world, "192.0.2.1", "Spam");
	end_saving(world, begin_saving(world, 1), false);
	assert_true(bans_are_unsaved(world));
	world_free(world);
}

static void ban_that_ends_while_it_is_stored_is_removed(void **state)
{
	struct world *world = world_of("");
	struct change *change;

	(void) state;
	add(world, "192.0.2.1", "Spam");
	change = begin_saving(world, 1);
	ban_free(&world->bans, bans_find(world, BAN_KIND_ADDRESS, "192.0.2.1"));
	assert_false(bans_are_unsaved(world));
	end_saving(world, change, true);
	assert_true(bans_are_unsaved(world));
	change = begin_saving(world, 1);
	end_saving(world, change, true);
	assert_false(bans_are_unsaved(world));
	world_free(world);
}

/* Both have the same key: the removal comes first. */
static void ban_that_is_replaced_is_stored_again(void **state)
{
	struct world *world = world_of("");
	struct change *change;

	(void) state;
	add(world, "192.0.2.1", "Spam");
	change = begin_saving(world, 1);
	ban_free(&world->bans, bans_find(world, BAN_KIND_ADDRESS, "192.0.2.1"));
	add(world, "192.0.2.1", "More spam");
	end_saving(world, change, true);
	assert_true(bans_are_unsaved(world));
	end_saving(world, begin_saving(world, 1), true);
	assert_false(bans_are_unsaved(world));
	ban_free(&world->bans, bans_find(world, BAN_KIND_ADDRESS, "192.0.2.1"));
	add(world, "192.0.2.1", "Yet more");
	end_saving(world, begin_saving(world, 2), true);
	assert_false(bans_are_unsaved(world));
	world_free(world);
}

static void ban_of_the_configuration_is_not_stored(void **state)
{
	struct world *world = world_of("");
	struct ban *ban;

	(void) state;
	assert_true(take_ban_row(world, "dline", "192.0.2.1", 0));
	ban = bans_find(world, BAN_KIND_ADDRESS, "192.0.2.1");
	assert_false(bans_are_unsaved(world));
	ban_set_configured(&world->bans, ban, "papod.conf:1", "Spam");
	end_saving(world, begin_saving(world, 1), true);
	assert_false(bans_are_unsaved(world));
	assert_true(take_ban_row(world, "dline", "192.0.2.1", 0));
	assert_true(bans_are_unsaved(world));
	world_free(world);
}

static void expired_and_malformed_rows_are_no_bans(void **state)
{
	struct world *world = world_of("");

	(void) state;
	assert_true(take_ban_row(world, "dline", "192.0.2.1", WALL_MS - 1));
	assert_true(bans_are_unsaved(world));
	assert_false(take_ban_row(world, "nonsense", "192.0.2.1", 0));
	assert_false(take_ban_row(world, "dline", "nonsense", 0));
	assert_false(take_ban_row(world, "kline", "192.0.2.1", 0));
	assert_int_equal(ordered_count(&world->bans.all), 0);
	world_free(world);
}

static void many_are_stored_in_parts(void **state)
{
	struct world *world = world_of("");
	char mask[24];

	(void) state;
	for (int i = 0; i < 60; i++) {
		snprintf(mask, sizeof(mask), "192.0.2.%d", i);
		add(world, mask, "Spam");
	}
	assert_true(bans_take_touch(world));
	end_saving(world, begin_saving(world, 48), true);
	assert_true(bans_take_touch(world));
	end_saving(world, begin_saving(world, 12), true);
	assert_false(bans_take_touch(world));
	world_free(world);
}

static void snapshot_remembers_what_is_stored(void **state)
{
	struct world *world = world_of(""), *next;
	struct buffer saved = { 0 };
	const char *reason = "";

	(void) state;
	assert_true(take_ban_row(world, "dline", "192.0.2.1", 0));
	assert_true(take_ban_row(world, "dline", "192.0.2.2", 0));
	ban_free(&world->bans, bans_find(world, BAN_KIND_ADDRESS, "192.0.2.1"));
	world_save(world, &saved);
	next = world_load(saved.bytes, saved.length, &reason);
	if (!next)
		fail_msg("%s", reason);
	end_saving(next, begin_saving(next, 1), true);
	assert_false(bans_are_unsaved(next));
	assert_true(next->bans.is_touched);
	buffer_done(&saved);
	world_free(world);
	world_free(next);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_stored_comes_back),
		cmocka_unit_test(failure_leaves_all_to_be_stored),
		cmocka_unit_test(ban_that_ends_while_it_is_stored_is_removed),
		cmocka_unit_test(ban_that_is_replaced_is_stored_again),
		cmocka_unit_test(ban_of_the_configuration_is_not_stored),
		cmocka_unit_test(expired_and_malformed_rows_are_no_bans),
		cmocka_unit_test(many_are_stored_in_parts),
		cmocka_unit_test(snapshot_remembers_what_is_stored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
