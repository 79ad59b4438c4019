#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world/notices.h"
#include "world/operating.h"

#include "fixture.h"

static void kinds_are_added_and_taken_out(void **state)
{
	uint32_t kinds = NOTICE_KIND_BAN;
	struct buffer text = { 0 };

	(void) state;
	assert_true(notices_change(&kinds, "ck-x+n"));
	assert_int_equal(kinds, NOTICE_KIND_CONNECT | NOTICE_KIND_KILL | NOTICE_KIND_NICK);
	notices_format(kinds, &text);
	assert_string_equal(text.bytes, "+ckn");
	buffer_done(&text);
}

static void an_unknown_kind_is_told_and_the_others_count(void **state)
{
	uint32_t kinds = 0;

	(void) state;
	assert_false(notices_change(&kinds, "?k"));
	assert_int_equal(kinds, NOTICE_KIND_KILL);
}

static void watchers_are_in_order_whoever_asks_first(void **state)
{
	struct world *world = world_of("");
	struct user *ana = user_of(world, 1, "ana"), *bea = user_of(world, 2, "bea");

	(void) state;
	session_set_operator(world, session_of(bea), "root");
	session_set_operator(world, session_of(ana), "root");
	user_set_notices(world, bea, NOTICE_KIND_BAN);
	user_set_notices(world, ana, NOTICE_KIND_BAN);
	assert_ptr_equal(world->watchers[0], ana);
	assert_sound(world);
	session_set_operator(world, session_of(ana), NULL);
	assert_int_equal(ana->notices, 0);
	assert_ptr_equal(world->watchers[0], bea);
	assert_sound(world);
	world_free(world);
}

static void whoever_is_no_operator_is_told_nothing(void **state)
{
	struct world *world = world_of("");
	struct user *ana = user_of(world, 1, "ana");

	(void) state;
	user_set_notices(world, ana, NOTICE_KIND_BAN);
	assert_non_null(world_check(world));
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds_are_added_and_taken_out),
		cmocka_unit_test(an_unknown_kind_is_told_and_the_others_count),
		cmocka_unit_test(watchers_are_in_order_whoever_asks_first),
		cmocka_unit_test(whoever_is_no_operator_is_told_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
