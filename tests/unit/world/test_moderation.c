/* What is to be stored of moderation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "world/changes.h"
#include "world/moderation.h"
#include "world/moderation_rows.h"

#include "fixture.h"

static size_t count_unsaved(const struct world *world)
{
	const struct unsaved *unsaved;
	size_t n = 0;

	LIST_EACH (unsaved, &world->moderation.unsaved, in_unsaved)
		n++;
	return n;
}

static struct change *begin_saving(struct world *world)
{
	struct change *change = change_new();

	change->kind = CHANGE_KIND_MODERATION_SAVED;
	moderation_add_rows(world, change);
	return change;
}

static void a_thing_is_stored_once_however_often_it_changes(void **state)
{
	struct world *world = world_of("");
	struct change *change;

	(void) state;
	assert_false(moderation_take_touch(world));
	moderation_touch(world, MODERATION_KIND_FILTER, "one");
	moderation_touch(world, MODERATION_KIND_FILTER, "one");
	moderation_touch(world, MODERATION_KIND_REPORT, "1");
	assert_true(moderation_take_touch(world));
	assert_false(moderation_take_touch(world));
	change = begin_saving(world);
	assert_int_equal(change->n_rows, 2);
	moderation_saved(world, change, true);
	assert_int_equal(count_unsaved(world), 0);
	change_free(change);
	world_free(world);
}

static void what_changes_meanwhile_is_stored_again(void **state)
{
	struct world *world = world_of("");
	struct change *change;

	(void) state;
	moderation_touch(world, MODERATION_KIND_FILTER, "one");
	moderation_touch(world, MODERATION_KIND_FILTER, "two");
	assert_true(moderation_take_touch(world));
	change = begin_saving(world);
	moderation_touch(world, MODERATION_KIND_FILTER, "two");
	moderation_saved(world, change, true);
	assert_int_equal(count_unsaved(world), 1);
	assert_true(moderation_take_touch(world));
	change_free(change);
	world_free(world);
}

static void what_could_not_be_stored_waits(void **state)
{
	struct world *world = world_of("");
	struct change *change;

	(void) state;
	moderation_touch(world, MODERATION_KIND_FILTER, "one");
	assert_true(moderation_take_touch(world));
	change = begin_saving(world);
	moderation_saved(world, change, false);
	assert_int_equal(count_unsaved(world), 1);
	assert_false(moderation_take_touch(world));
	moderation_retry(world);
	assert_true(moderation_take_touch(world));
	change_free(change);
	world_free(world);
}

static void a_change_has_a_bounded_number_of_rows(void **state)
{
	struct world *world = world_of("");
	struct change *change;
	char name[] = "aa";

	(void) state;
	for (int i = 0; i < 60; i++) {
		name[0] = (char) ('a' + i / 26);
		name[1] = (char) ('a' + i % 26);
		moderation_touch(world, MODERATION_KIND_FILTER, name);
	}
	change = begin_saving(world);
	assert_int_equal(change->n_rows, 48);
	moderation_saved(world, change, true);
	assert_int_equal(count_unsaved(world), 12);
	assert_true(moderation_take_touch(world));
	change_free(change);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thing_is_stored_once_however_often_it_changes),
		cmocka_unit_test(what_changes_meanwhile_is_stored_again),
		cmocka_unit_test(what_could_not_be_stored_waits),
		cmocka_unit_test(a_change_has_a_bounded_number_of_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
