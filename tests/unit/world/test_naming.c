/* Which names are taken, and changes of the case mapping. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "world/faces.h"
#include "world/naming.h"

#include "fixture.h"

static void a_mapping_under_which_names_clash_changes_nothing(void **state)
{
	struct world *world = world_of("");
	struct user *ana = user_of(world, 1, "[ana]"), *bea = user_of(world, 2, "{ANA}");
	struct naming_clash clash;

	(void) state;
	assert_false(naming_set_casemap(world, CASEMAP_RFC1459, &clash));
	assert_true(clash.a == ana->nick || clash.a == bea->nick);
	assert_true(clash.b == ana->nick || clash.b == bea->nick);
	assert_ptr_not_equal(clash.a, clash.b);
	assert_int_equal(world->casemap, CASEMAP_ASCII);
	assert_ptr_equal(user_find(world, "[ANA]"), ana);
	assert_sound(world);
	user_set_nick(world, bea, "bea");
	assert_true(naming_set_casemap(world, CASEMAP_RFC1459, &clash));
	assert_ptr_equal(user_find(world, "{ana}"), ana);
	assert_sound(world);
	world_free(world);
}

static void names_of_channels_clash_too(void **state)
{
	struct world *world = world_of("");
	struct user *ana = user_of(world, 1, "ana");
	struct channel *one = channel_new(world, "#[x]"), *other = channel_new(world, "#{x}");
	struct naming_clash clash;

	(void) state;
	channel_add(world, one, ana, 0);
	channel_add(world, other, ana, 0);
	assert_false(naming_set_casemap(world, CASEMAP_RFC1459, &clash));
	assert_string_equal(clash.a[1] == '[' ? clash.a : clash.b, "#[x]");
	channel_remove(world, user_find_member(ana, other));
	assert_true(naming_set_casemap(world, CASEMAP_RFC1459, &clash));
	assert_ptr_equal(channel_find(world, "#{X}"), one);
	assert_sound(world);
	world_free(world);
}

static void a_name_is_taken_by_what_looks_like_it(void **state)
{
	struct world *world = world_of("server: { casemapping = \"utf8\"; };");
	struct user *ana = user_of(world, 1, "ana");

	(void) state;
	assert_int_equal(world->casemap, CASEMAP_UTF8);
	assert_ptr_equal(naming_find_other(world, NULL, "ANA"), ana);
	assert_ptr_equal(naming_find_other(world, NULL, "\xd0\xb0na"), ana);
	assert_null(user_find(world, "\xd0\xb0na"));
	assert_null(naming_find_other(world, ana, "\xd0\xb0na"));
	assert_null(naming_find_other(world, NULL, "bea"));
	assert_sound(world);
	world_free(world);
}

/* The small eta looks like n, the capital one like H. */
static void another_case_may_look_like_somebody_else(void **state)
{
	struct world *world = world_of("server: { casemapping = \"utf8\"; };");
	struct user *hob = user_of(world, 1, "hob"), *eta = user_of(world, 2, "\xce\xb7ob");

	(void) state;
	assert_ptr_equal(user_find(world, "\xce\x97ob"), eta);
	assert_ptr_equal(naming_find_other(world, eta, "\xce\x97ob"), hob);
	world_free(world);
}

static bool matches(const struct world *world, const struct user *user, const char *text)
{
	CLEANUP(hostmask_done) struct hostmask mask;

	hostmask_init(&mask, text);
	return user_matches(world, user, &mask);
}

static void masks_fold_as_names_do(void **state)
{
	struct world *world = world_of("server: { casemapping = \"utf8\"; };");
	struct user *user = user_of(world, 1, "\xc3\x84rger");
	struct naming_clash clash;

	(void) state;
	assert_true(matches(world, user, "\xc3\xa4RGER!*@*"));
	assert_true(matches(world, user, "?rger!*@192.0.2.*"));
	assert_false(matches(world, user, "??rger!*@*"));
	assert_true(naming_set_casemap(world, CASEMAP_ASCII, &clash));
	assert_false(matches(world, user, "\xc3\xa4RGER!*@*"));
	assert_true(matches(world, user, "\xc3\x84RGER!*@*"));
	assert_sound(world);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mapping_under_which_names_clash_changes_nothing),
		cmocka_unit_test(names_of_channels_clash_too),
		cmocka_unit_test(a_name_is_taken_by_what_looks_like_it),
		cmocka_unit_test(another_case_may_look_like_somebody_else),
		cmocka_unit_test(masks_fold_as_names_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
