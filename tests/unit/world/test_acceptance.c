/* Messages that a user gets despite its modes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

#include "world/acceptance.h"

static void whom_one_accepts_is_found_from_that_side_alone(void **state)
{
	struct world *world = world_of("");
	struct user *ana = user_of(world, 1, "ana"), *bea = user_of(world, 2, "bea");

	(void) state;
	assert_null(acceptance_find(ana, bea));
	acceptance_new(ana, bea);
	assert_non_null(acceptance_find(ana, bea));
	assert_null(acceptance_find(bea, ana));
	assert_sound(world);
	acceptance_free(acceptance_find(ana, bea));
	acceptance_free(acceptance_find(ana, bea));
	assert_null(acceptance_find(ana, bea));
	assert_sound(world);
	world_free(world);
}

static void another_name_ends_it_and_the_same_in_other_letters_does_not(void **state)
{
	struct world *world = world_of("");
	struct user *ana = user_of(world, 1, "ana"), *bea = user_of(world, 2, "bea");

	(void) state;
	acceptance_new(ana, bea);
	acceptance_new(bea, ana);
	user_set_nick(world, bea, "BEA");
	assert_non_null(acceptance_find(ana, bea));
	user_set_nick(world, bea, "eva");
	assert_null(acceptance_find(ana, bea));
	assert_non_null(acceptance_find(bea, ana));
	assert_sound(world);
	world_free(world);
}

static void it_goes_with_either(void **state)
{
	struct world *world = world_of("");
	struct user *ana = user_of(world, 1, "ana"), *bea = user_of(world, 2, "bea");

	(void) state;
	acceptance_new(ana, bea);
	acceptance_new(bea, ana);
	acceptance_new(ana, ana);
	session_end(world, session_of(bea));
	user_end(world, bea);
	assert_null(acceptance_find(ana, bea));
	assert_non_null(acceptance_find(ana, ana));
	world_sweep(world);
	assert_sound(world);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whom_one_accepts_is_found_from_that_side_alone),
		cmocka_unit_test(another_name_ends_it_and_the_same_in_other_letters_does_not),
		cmocka_unit_test(it_goes_with_either),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
