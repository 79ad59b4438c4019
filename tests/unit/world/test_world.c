/* The root and its clocks. What world_check() must find is in test_check.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

static void a_world_without_settings_is_sound(void **state)
{
	struct world *world = world_new();

	(void) state;
	assert_sound(world);
	assert_true(world_next_deadline(world) == UINT64_MAX);
	assert_int_equal(world_count_users(world) + world_count_channels(world), 0);
	world_free(world);
	world_free(NULL);
}

static void time_never_goes_back(void **state)
{
	struct world *world = world_new();

	(void) state;
	world_set_time(world, 100, 200, 1);
	world_set_time(world, 50, 300, 2);
	assert_int_equal(world->now_ms, 100);
	assert_int_equal(world->wall_ms, 300);
	world_set_time(world, 150, 0, 3);
	assert_int_equal(world->now_ms, 150);
	assert_int_equal(world->wall_ms, 300);
	assert_int_equal(world->dice, 3);
	world_free(world);
}

static void the_first_settings_start_the_server(void **state)
{
	struct world *world = world_of("");
	struct settings *settings = settings_of("server: { name = \"irc.test\"; };");
	uint64_t seed = world->map_seed[0];

	(void) state;
	assert_true(world->started_wall_ms == WALL_MS);
	world_set_time(world, NOW_MS + 1, WALL_MS + 1, 7);
	user_of(world, 1, "ana");
	world_set_settings(world, settings);
	settings_unref(settings);
	assert_true(world->started_wall_ms == WALL_MS);
	assert_true(world->map_seed[0] == seed);
	assert_non_null(user_find(world, "ana"));
	assert_string_equal(world->settings->server_name, "irc.test");
	assert_sound(world);
	world_free(world);
}

static void different_seeds_hash_differently(void **state)
{
	struct settings *settings = settings_of("");
	struct world *a = world_new(), *b = world_new();

	(void) state;
	world_set_time(a, 1, 1, 1);
	world_set_time(b, 1, 1, 2);
	world_set_settings(a, settings);
	world_set_settings(b, settings);
	assert_true(a->map_seed[0] != b->map_seed[0] && a->map_seed[1] != b->map_seed[1]);
	assert_true(a->map_seed[0] != a->map_seed[1]);
	settings_unref(settings);
	world_free(a);
	world_free(b);
}

static void the_earliest_session_is_due_first(void **state)
{
	struct world *world = world_of("limits: { registration = \"30 s\"; };");

	(void) state;
	session_from(world, 1, "192.0.2.1");
	world_set_time(world, NOW_MS + 10, WALL_MS, 1);
	session_from(world, 2, "192.0.2.1");
	assert_int_equal(world_next_deadline(world), NOW_MS + 30000);
	session_end(world, session_find(world, 1));
	assert_int_equal(world_next_deadline(world), NOW_MS + 30010);
	world_sweep(world);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_world_without_settings_is_sound),
		cmocka_unit_test(time_never_goes_back),
		cmocka_unit_test(the_first_settings_start_the_server),
		cmocka_unit_test(different_seeds_hash_differently),
		cmocka_unit_test(the_earliest_session_is_due_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
