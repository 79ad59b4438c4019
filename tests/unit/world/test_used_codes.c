/* Codes that were used, as rows and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "world/used_codes.h"

#include "fixture.h"
#include "rows_fixture.h"

#define STEP UINT64_C(60000000)

static const struct code_owner account_7 = { .account = 7 };
static const struct code_owner root = { .operator= "root" };

static void last_step_is_remembered_for_each_owner(void **state)
{
	struct world *world = world_of("");

	(void) state;
	assert_int_equal(used_codes_last(world, &account_7), 0);
	used_codes_note(world, &account_7, STEP);
	used_codes_note(world, &root, STEP + 5);
	used_codes_note(world, &account_7, STEP - 1);
	assert_int_equal(used_codes_last(world, &account_7), STEP);
	assert_int_equal(used_codes_last(world, &root), STEP + 5);
	assert_int_equal(used_codes_last(world, &(struct code_owner){ .account = 70 }), 0);
	assert_int_equal(used_codes_last(world, &(struct code_owner){ .operator = "7" }), 0);
	world_free(world);
}

static void rows_come_back_and_older_ones_change_nothing(void **state)
{
	struct world *world = world_of(""), *next = world_of("");
	struct buffer bytes = { 0 }, older = { 0 };

	(void) state;
	used_codes_note(world, &account_7, STEP - 1);
	used_codes_put(world, &account_7, &older);
	used_codes_note(world, &account_7, STEP);
	used_codes_put(world, &account_7, &bytes);
	assert_true(take_bytes(next, STORE_TABLE_USED_CODES, 0, &bytes));
	assert_int_equal(used_codes_last(next, &account_7), STEP);
	assert_true(take_bytes(next, STORE_TABLE_USED_CODES, 0, &older));
	assert_int_equal(used_codes_last(next, &account_7), STEP);
	pack_u64(&bytes, STORE_CODE_STEP, STEP);
	assert_false(take_bytes(next, STORE_TABLE_USED_CODES, 0, &bytes));
	world_free(world);
	world_free(next);
}

static void snapshot_remembers_them(void **state)
{
	struct world *world = world_of(""), *back;
	struct buffer bytes = { 0 };
	const char *reason;

	(void) state;
	used_codes_note(world, &account_7, STEP);
	used_codes_note(world, &root, STEP);
	rows_complete(world, 1, 1);
	world_save(world, &bytes);
	back = world_load(bytes.bytes, bytes.length, &reason);
	assert_non_null(back);
	assert_int_equal(used_codes_last(back, &account_7), STEP);
	assert_int_equal(used_codes_last(back, &root), STEP);
	buffer_done(&bytes);
	world_free(back);
	world_free(world);
}

static void account_that_ends_takes_its_own_along(void **state)
{
	struct world *world = world_of("");

	(void) state;
	used_codes_note(world, &account_7, STEP);
	used_codes_note(world, &root, STEP);
	used_codes_forget_account(world, 8);
	used_codes_forget_account(world, 7);
	assert_int_equal(used_codes_last(world, &account_7), 0);
	assert_int_equal(used_codes_last(world, &root), STEP);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(last_step_is_remembered_for_each_owner),
		cmocka_unit_test(rows_come_back_and_older_ones_change_nothing),
		cmocka_unit_test(snapshot_remembers_them),
		cmocka_unit_test(account_that_ends_takes_its_own_along),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
