/* Acts of operators, as rows and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "world/audit_log.h"
#include "world/changes.h"

#include "fixture.h"
#include "rows_fixture.h"

static bool take_entry_row(struct world *world, uint64_t time, const char *act, const char *target)
{
	struct buffer bytes = { 0 };

	pack_u64(&bytes, STORE_AUDIT_TIME, time);
	pack_text(&bytes, STORE_AUDIT_OPERATOR, "root");
	pack_text(&bytes, STORE_AUDIT_SOURCE, "ana!ana@host.example");
	if (act)
		pack_text(&bytes, STORE_AUDIT_ACT, act);
	if (target)
		pack_text(&bytes, STORE_AUDIT_TARGET, target);
	return take_bytes(world, STORE_TABLE_AUDIT, 0, &bytes);
}

/* The acts that match, in order, each with a space behind it. */
static void put_acts(
	const struct world *world, const char *mask, uint32_t limit, struct buffer *out)
{
	const struct audit_entry *entry = audit_first(world, mask, limit);

	for (; entry; entry = audit_next(world, entry, mask))
		buffer_format(out, "%s ", entry->act);
}

static void assert_acts(
	const struct world *world, const char *mask, uint32_t limit, const char *expected)
{
	CLEANUP(buffer_done) struct buffer acts = { 0 };

	put_acts(world, mask, limit, &acts);
	assert_string_equal(buffer_text(&acts), expected);
}

static struct world *world_with_entries(const char *config)
{
	struct world *world = world_of(config);

	assert_true(take_entry_row(world, 20, "KLINE", "*@192.0.2.7"));
	assert_true(take_entry_row(world, 10, "OPER", NULL));
	assert_true(take_entry_row(world, 30, "KILL", "Bob"));
	return world;
}

static void entries_are_in_order_of_time(void **state)
{
	struct world *world = world_with_entries("");

	(void) state;
	assert_acts(world, "*", 10, "OPER KLINE KILL ");
	assert_acts(world, "*", 2, "KLINE KILL ");
	assert_acts(world, "*", 0, "");
	assert_sound(world);
	world_free(world);
}

static void a_mask_selects_by_operator_source_act_and_target(void **state)
{
	struct world *world = world_with_entries("");

	(void) state;
	assert_acts(world, "root", 10, "OPER KLINE KILL ");
	assert_acts(world, "ana!*", 1, "KILL ");
	assert_acts(world, "k*", 10, "KLINE KILL ");
	assert_acts(world, "k*", 1, "KILL ");
	assert_acts(world, "bob", 10, "KILL ");
	assert_acts(world, "nobody", 10, "");
	world_free(world);
}

static void a_row_replaces_that_of_its_time(void **state)
{
	struct world *world = world_with_entries("");

	(void) state;
	assert_true(take_entry_row(world, 20, "DLINE", NULL));
	assert_acts(world, "*", 10, "OPER DLINE KILL ");
	assert_int_equal(world->audit.count, 3);
	world_free(world);
}

static void malformed_rows_change_nothing(void **state)
{
	struct world *world = world_with_entries("");

	(void) state;
	assert_false(take_entry_row(world, 0, "DLINE", NULL));
	assert_false(take_entry_row(world, 20, NULL, NULL));
	assert_acts(world, "*", 10, "OPER KLINE KILL ");
	world_free(world);
}

static void take_effect(struct world *world, struct change *change)
{
	struct outbox outbox = { 0 };

	change_ask(world, &outbox, NULL, change);
	change_end(world, change, true);
	change_take_effect(world, change, 0);
	change_free(change);
	outbox_done(&outbox);
}

/* Two acts of the same millisecond are two entries; also if a row is later than the clock. */
static void each_entry_has_a_time_of_its_own(void **state)
{
	struct world *world = world_of("");
	struct change *change = change_new();
	struct audit_entry entry = { .act = (char *) (uintptr_t) "KILL" };

	(void) state;
	audit_add(world, change, &entry);
	audit_add(world, change, &entry);
	take_effect(world, change);
	assert_int_equal(world->audit.count, 2);
	assert_true(take_entry_row(world, world->wall_ms + 1000, "OPER", NULL));
	audit_keep(world, &entry);
	assert_acts(world, "*", 10, "KILL KILL OPER KILL ");
	assert_sound(world);
	world_free(world);
}

static void only_the_newest_are_kept(void **state)
{
	struct world *world = world_with_entries("audit: { entries = 2; days = 0; };");
	const struct audit_entry entry = { .act = (char *) (uintptr_t) "XLINE" };
	struct change *change = change_new();

	(void) state;
	audit_add(world, change, &entry);
	assert_true(audit_remove_old(world, change));
	take_effect(world, change);
	assert_acts(world, "*", 10, "KILL XLINE ");
	audit_keep(world, &entry);
	assert_acts(world, "*", 10, "XLINE XLINE ");
	change = change_new();
	assert_false(audit_remove_old(world, change));
	change_free(change);
	world_free(world);
}

static void what_is_too_old_is_removed(void **state)
{
	struct world *world = world_with_entries("audit: { days = 3; };");
	struct change *change = change_new();

	(void) state;
	assert_true(take_entry_row(world, world->wall_ms - 3 * 86400000ULL, "REHASH", NULL));
	assert_true(audit_remove_old(world, change));
	take_effect(world, change);
	assert_acts(world, "*", 10, "REHASH ");
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_are_in_order_of_time),
		cmocka_unit_test(a_mask_selects_by_operator_source_act_and_target),
		cmocka_unit_test(a_row_replaces_that_of_its_time),
		cmocka_unit_test(malformed_rows_change_nothing),
		cmocka_unit_test(each_entry_has_a_time_of_its_own),
		cmocka_unit_test(only_the_newest_are_kept),
		cmocka_unit_test(what_is_too_old_is_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
