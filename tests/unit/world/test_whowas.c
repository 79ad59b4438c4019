/* Users that have left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world/whowas.h"

#include "fixture.h"

static const char *name_before(
	const struct world *world, const struct past_user **past, const char *nick)
{
	*past = whowas_find_before(&world->whowas, CASEMAP_ASCII, *past, nick);
	return *past ? (*past)->nick : NULL;
}

static void the_last_one_comes_first(void **state)
{
	struct world *world = world_of("");
	struct user *ana = user_of(world, 1, "ana");
	const struct past_user *past = NULL;

	(void) state;
	user_set_nick(world, ana, "bea");
	user_set_nick(world, ana, "ANA");
	user_set_nick(world, ana, "cid");
	assert_string_equal(name_before(world, &past, "ana"), "ANA");
	assert_string_equal(name_before(world, &past, "ana"), "ana");
	assert_null(name_before(world, &past, "ana"));
	world_free(world);
}

static void the_oldest_are_forgotten(void **state)
{
	struct world *world = world_of("limits = { whowas_entries = 1; };");
	struct user *ana = user_of(world, 1, "ana");
	const struct past_user *past = NULL;

	(void) state;
	user_set_nick(world, ana, "bea");
	assert_int_equal(world->whowas.count, 1);
	user_set_nick(world, ana, "cid");
	assert_int_equal(world->whowas.count, 1);
	assert_null(name_before(world, &past, "ana"));
	assert_string_equal(name_before(world, &past, "bea"), "bea");
	world_free(world);
}

static void none_are_remembered_if_none_shall_be(void **state)
{
	struct world *world = world_of("limits = { whowas_entries = 0; };");

	(void) state;
	user_set_nick(world, user_of(world, 1, "ana"), "bea");
	assert_int_equal(world->whowas.count, 0);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_one_comes_first),
		cmocka_unit_test(the_oldest_are_forgotten),
		cmocka_unit_test(none_are_remembered_if_none_shall_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
