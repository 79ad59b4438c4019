/* The lockdown of the server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "world/lockdown.h"

#include "fixture.h"
#include "rows_fixture.h"

static void levels_admit_fewer_and_fewer(void **state)
{
	struct world *world = world_of("");

	(void) state;
	world_set_storage(world, STORAGE_WORKS);
	take_account_row(world, 1, "old");
	assert_true(lockdown_admits(world, NULL));
	world_set_time(world, NOW_MS, WALL_MS + 5000, 42);
	lockdown_set(world, LOCKDOWN_LEVEL_ACCOUNTS, 60000, "ana!a@h", "Spam");
	assert_false(lockdown_admits(world, NULL));
	assert_true(lockdown_admits(world, "old"));
	assert_true(lockdown_admits(world, "of a checker"));
	take_account_row(world, 9000, "new");
	lockdown_set(world, LOCKDOWN_LEVEL_KNOWN, 60000, "ana!a@h", "Spam");
	assert_true(lockdown_admits(world, "old"));
	assert_false(lockdown_admits(world, "new")); /* of after it began */
	assert_false(lockdown_admits(world, "of a checker"));
	lockdown_set(world, LOCKDOWN_LEVEL_CLOSED, 0, "ana!a@h", "Spam");
	assert_false(lockdown_admits(world, "old"));
	assert_sound(world);
	lockdown_end(world);
	assert_true(lockdown_admits(world, NULL));
	assert_sound(world);
	world_free(world);
}

static void too_many_arrivals_are_noticed_but_not_after_a_start(void **state)
{
	struct world *world = world_of("lockdown: { arrivals = 2; arrival_time = \"10 s\"; };");

	(void) state;
	for (int i = 0; i < 10; i++)
		assert_false(lockdown_note_arrival(world));
	world_set_time(world, NOW_MS + 120000, WALL_MS + 120000, 42);
	assert_false(lockdown_note_arrival(world));
	assert_false(lockdown_note_arrival(world));
	assert_true(lockdown_note_arrival(world));
	world_set_time(world, NOW_MS + 130000, WALL_MS + 130000, 42);
	assert_false(lockdown_note_arrival(world));
	world_free(world);
}

static void a_row_brings_back_what_is_left_of_its_time(void **state)
{
	struct world *world = world_of(""), *next = world_of("");
	CLEANUP(buffer_done) struct buffer row = { 0 };

	(void) state;
	lockdown_set(world, LOCKDOWN_LEVEL_ACCOUNTS, 60000, "ana!a@h", "Spam");
	assert_false(lockdown_put_row(world, "another", &row));
	assert_true(lockdown_put_row(world, "lockdown", &row));
	world_set_time(next, NOW_MS, WALL_MS + 20000, 42);
	assert_true(lockdown_take_row(next, "lockdown", pack_over(row.bytes, row.length)));
	assert_int_equal(next->lockdown.level, LOCKDOWN_LEVEL_ACCOUNTS);
	assert_int_equal(next->lockdown.until_ms, NOW_MS + 40000);
	assert_sound(next);
	lockdown_end(next);
	world_set_time(next, NOW_MS, WALL_MS + 60000, 42);
	assert_true(lockdown_take_row(next, "lockdown", pack_over(row.bytes, row.length)));
	assert_int_equal(next->lockdown.level, LOCKDOWN_LEVEL_OFF);
	assert_false(lockdown_take_row(next, "lockdown", pack_over(row.bytes, 0)));
	world_free(next);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels_admit_fewer_and_fewer),
		cmocka_unit_test(too_many_arrivals_are_noticed_but_not_after_a_start),
		cmocka_unit_test(a_row_brings_back_what_is_left_of_its_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
