/* Reports of users. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "world/complaints.h"

#include "fixture.h"

static struct complaint *complain(struct world *world, const char *about)
{
	const struct complaint as = {
		.about = (char *) (uintptr_t) about,
		.text = (char *) (uintptr_t) "Rude",
		.setter = (char *) (uintptr_t) "bea!b@h",
	};

	return complaint_new(world, &as);
}

static void numbers_are_never_used_twice(void **state)
{
	struct world *world = world_of("");
	struct complaint *first = complain(world, "cid"), *second = complain(world, "#chat");

	(void) state;
	assert_int_equal(first->number, 1);
	assert_int_equal(complaints_count_of(world, "bea!b@h", NULL), 2);
	assert_int_equal(complaints_count_of(world, "ana!a@h", NULL), 2);
	assert_int_equal(complaints_count_of(world, "bea!b@i", NULL), 0);
	assert_int_equal(complaints_count_of(world, "bea!b@h", "bea"), 0);
	complaint_free(world, second);
	assert_null(complaints_find(world, 2));
	assert_int_equal(complain(world, "dan")->number, 3);
	assert_non_null(complaints_find(world, 1));
	assert_sound(world);
	world_free(world);
}

static void a_row_has_all_of_a_report(void **state)
{
	struct world *world = world_of(""), *next = world_of("");
	CLEANUP(buffer_done) struct buffer row = { 0 };
	const struct complaint *complaint;

	(void) state;
	complaint_take(world, complain(world, "cid"), "root");
	assert_false(complaint_put_row(world, "2", &row));
	assert_false(complaint_put_row(world, "x", &row));
	assert_true(complaint_put_row(world, "1", &row));
	assert_true(complaint_take_row(next, "1", pack_over(row.bytes, row.length)));
	complaint = complaints_find(next, 1);
	assert_string_equal(complaint->about, "cid");
	assert_string_equal(complaint->text, "Rude");
	assert_string_equal(complaint->setter, "bea!b@h");
	assert_string_equal(complaint->taker, "root");
	assert_int_equal(complain(next, "dan")->number, 2);
	assert_false(complaint_take_row(next, "x", pack_over(row.bytes, row.length)));
	assert_false(complaint_take_row(next, "9", pack_over(row.bytes, 0)));
	assert_sound(next);
	world_free(next);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_never_used_twice),
		cmocka_unit_test(a_row_has_all_of_a_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
