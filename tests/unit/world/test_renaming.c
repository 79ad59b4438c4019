/* Former names of channels. */
#include <stdio.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

#include "world/naming.h"
#include "world/renaming.h"

static void an_old_name_leads_to_the_channel_for_a_while(void **state)
{
	struct world *world = world_of("channels: { rename_redirect = \"10 s\"; };");
	struct channel *channel = channel_new(world, "#old");

	(void) state;
	channel_add(world, channel, user_of(world, 1, "ana"), 0);
	channel_rename(world, channel, "#new");
	assert_ptr_equal(channel_find(world, "#new"), channel);
	assert_null(channel_find(world, "#old"));
	assert_ptr_equal(renaming_find(world, "#OLD"), channel);
	world_set_time(world, NOW_MS + 9999, WALL_MS, 1);
	assert_ptr_equal(renaming_find(world, "#old"), channel);
	world_set_time(world, NOW_MS + 10000, WALL_MS, 1);
	assert_null(renaming_find(world, "#old"));
	assert_sound(world);
	world_free(world);
}

static void the_oldest_of_too_many_is_forgotten(void **state)
{
	struct world *world = world_of("");
	struct channel *channel = channel_new(world, "#0");
	char name[16];

	(void) state;
	channel_add(world, channel, user_of(world, 1, "ana"), 0);
	for (int i = 1; i <= RENAMINGS; i++) {
		snprintf(name, sizeof(name), "#%d", i);
		channel_rename(world, channel, name);
	}
	assert_ptr_equal(renaming_find(world, "#0"), channel);
	channel_rename(world, channel, "#last");
	assert_null(renaming_find(world, "#0"));
	assert_ptr_equal(renaming_find(world, "#1"), channel);
	assert_sound(world);
	world_free(world);
}

static void a_channel_that_takes_the_name_has_it_alone(void **state)
{
	struct world *world = world_of("");
	struct channel *channel = channel_new(world, "#old");
	struct user *ana = user_of(world, 1, "ana");

	(void) state;
	channel_add(world, channel, ana, 0);
	channel_rename(world, channel, "#new");
	channel_add(world, channel_new(world, "#old"), ana, 0);
	assert_null(renaming_find(world, "#old"));
	assert_sound(world);
	channel_remove(world, user_find_member(ana, channel_find(world, "#old")));
	channel_rename(world, channel, "#old");
	assert_null(renaming_find(world, "#old"));
	assert_ptr_equal(renaming_find(world, "#new"), channel);
	assert_sound(world);
	world_free(world);
}

static void another_case_is_no_other_name(void **state)
{
	struct world *world = world_of("");
	struct channel *channel = channel_new(world, "#old");

	(void) state;
	channel_add(world, channel, user_of(world, 1, "ana"), 0);
	channel_rename(world, channel, "#OLD");
	assert_string_equal(channel_find(world, "#old")->name, "#OLD");
	assert_null(renaming_find(world, "#old"));
	assert_sound(world);
	world_free(world);
}

static void old_names_go_when_names_compare_otherwise(void **state)
{
	struct world *world = world_of("");
	struct channel *channel = channel_new(world, "#a[");
	struct naming_clash clash;

	(void) state;
	channel_add(world, channel, user_of(world, 1, "ana"), 0);
	channel_rename(world, channel, "#a{");
	assert_non_null(renaming_find(world, "#a["));
	assert_true(naming_set_casemap(world, CASEMAP_RFC1459, &clash));
	assert_null(renaming_find(world, "#a["));
	assert_sound(world);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_old_name_leads_to_the_channel_for_a_while),
		cmocka_unit_test(the_oldest_of_too_many_is_forgotten),
		cmocka_unit_test(a_channel_that_takes_the_name_has_it_alone),
		cmocka_unit_test(another_case_is_no_other_name),
		cmocka_unit_test(old_names_go_when_names_compare_otherwise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
