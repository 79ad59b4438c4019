/* Marks of accounts, as rows and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "world/account_marks.h"
#include "world/changes.h"
#include "world/devices.h"

#include "fixture.h"
#include "rows_fixture.h"

static bool take_mark_row(struct world *world, uint64_t id, const char *kind, const char *name)
{
	struct buffer bytes = { 0 };

	pack_text(&bytes, STORE_MARK_KIND, kind);
	pack_text(&bytes, STORE_MARK_NAME, name);
	pack_u64(&bytes, STORE_MARK_TIME, WALL_MS);
	return take_bytes(world, STORE_TABLE_ACCOUNT_MARKS, id, &bytes);
}

static struct world *world_with_account(void)
{
	struct world *world = world_of("accounts: { read_markers = 2; };");

	assert_true(take_account_row(world, 1, "ana"));
	rows_complete(world, 1, 0);
	world_set_storage(world, STORAGE_WORKS);
	return world;
}

static struct world *saved_and_loaded(struct world *world)
{
	struct buffer bytes = { 0 };
	const char *reason = NULL;
	struct world *back;

	world_save(world, &bytes);
	back = world_load(bytes.bytes, bytes.length, &reason);
	assert_non_null(back);
	assert_sound(back);
	world_free(world);
	buffer_done(&bytes);
	return back;
}

static uint64_t read_to(const struct world *world, const char *name)
{
	return account_mark_of(world, account_find(world, "ana"), ACCOUNT_MARK_READ, name);
}

static bool set_read(struct world *world, const char *name, uint64_t wall_ms)
{
	return account_mark_set(
		world, account_find(world, "ana"), ACCOUNT_MARK_READ, name, wall_ms);
}

static void mark_never_goes_back(void **state)
{
	struct world *world = world_with_account();

	(void) state;
	assert_int_equal(read_to(world, "#a"), 0);
	assert_false(set_read(world, "#a", 0));
	assert_true(set_read(world, "#a", 5));
	assert_false(set_read(world, "#A", 4));
	assert_false(set_read(world, "#a", 5));
	assert_true(set_read(world, "#A", 6));
	assert_int_equal(read_to(world, "#a"), 6);
	assert_int_equal(
		account_mark_of(world, account_find(world, "ana"), ACCOUNT_MARK_DEVICE, "#a"), 0);
	assert_sound(world);
	world_free(world);
}

static uint32_t count_marks(const struct world *world)
{
	return account_find(world, "ana")->extras->marks->count;
}

/* Returns the number of rows. */
static size_t store_marks(struct world *world, bool is_stored)
{
	struct change *change = change_new();
	size_t n;

	assert_true(account_marks_add_rows(world, change, account_find(world, "ana")));
	n = change->n_rows;
	account_marks_stored(world, change, is_stored);
	change_free(change);
	assert_sound(world);
	return n;
}

/* Its row is removed, also by the next process. */
static void the_oldest_mark_makes_room(void **state)
{
	struct world *world = world_with_account();

	(void) state;
	assert_true(set_read(world, "#a", 5));
	assert_true(set_read(world, "#b", 4));
	assert_int_equal(store_marks(world, true), 2);
	assert_true(set_read(world, "#c", 3));
	assert_int_equal(read_to(world, "#b"), 0);
	assert_int_equal(read_to(world, "#c"), 3);
	world = saved_and_loaded(world);
	assert_int_equal(read_to(world, "#b"), 0);
	assert_int_equal(count_marks(world), 3);
	assert_int_equal(store_marks(world, true), 2);
	assert_int_equal(count_marks(world), 2);
	assert_int_equal(store_marks(world, true), 0);
	world_free(world);
}

static void what_was_not_stored_is_tried_again(void **state)
{
	struct world *world = world_with_account();

	(void) state;
	set_read(world, "#a", 5);
	set_read(world, "#b", 6);
	assert_int_equal(store_marks(world, false), 2);
	assert_int_equal(store_marks(world, true), 2);
	account_mark_remove(world, account_find(world, "ana"), ACCOUNT_MARK_READ, "#b");
	assert_int_equal(store_marks(world, false), 1);
	assert_int_equal(store_marks(world, true), 1);
	assert_int_equal(store_marks(world, true), 0);
	assert_int_equal(count_marks(world), 1);
	world_free(world);
}

/* Whether nothing can be stored, or each attempt fails. */
static void marks_without_rows_do_not_pile_up(void **state)
{
	struct world *world = world_with_account();
	char name[16];

	(void) state;
	for (int i = 1; i < 100; i++) {
		snprintf(name, sizeof(name), "#x%d", i);
		assert_true(set_read(world, name, (uint64_t) i));
		if (i % 10 == 0)
			assert_int_equal(store_marks(world, false), 2);
		if (i == 50)
			world = saved_and_loaded(world);
		assert_true(count_marks(world) <= 2);
	}
	assert_int_equal(read_to(world, "#x99"), 99);
	assert_sound(world);
	world_free(world);
}

/* It may be stored at any time, so its row must be removed then. */
static void mark_that_is_being_stored_stays_until_its_row_is_removed(void **state)
{
	struct world *world = world_with_account();
	struct change *change = change_new();

	(void) state;
	set_read(world, "#a", 5);
	assert_true(account_marks_add_rows(world, change, account_find(world, "ana")));
	account_mark_remove(world, account_find(world, "ana"), ACCOUNT_MARK_READ, "#a");
	assert_int_equal(count_marks(world), 1);
	account_marks_stored(world, change, true);
	assert_int_equal(store_marks(world, true), 1);
	assert_int_equal(count_marks(world), 0);
	change_free(change);
	world_free(world);
}

/* A restart while it is being stored changes nothing: if that fails, it has no row still. */
static void mark_that_is_being_stored_is_that_after_a_restart(void **state)
{
	struct world *world = world_with_account();
	struct change *change = change_new();

	(void) state;
	set_read(world, "#a", 5);
	assert_true(account_marks_add_rows(world, change, account_find(world, "ana")));
	world_set_marks_time(world, 0);
	world = saved_and_loaded(world);
	account_marks_stored(world, change, false);
	account_mark_remove(world, account_find(world, "ana"), ACCOUNT_MARK_READ, "#a");
	assert_int_equal(count_marks(world), 0);
	change_free(change);
	world_free(world);
}

static void rows_are_taken_and_renamed(void **state)
{
	struct world *world = world_with_account();

	(void) state;
	assert_true(take_mark_row(world, 1, "read", "#a"));
	assert_true(take_mark_row(world, 9, "read", "#a"));
	assert_true(take_mark_row(world, 1, "later", "#a"));
	assert_false(take_mark_row(world, 1, "read", NULL));
	assert_false(take_mark_row(world, 1, NULL, "#a"));
	assert_int_equal(account_find(world, "ana")->extras->marks->count, 1);
	assert_int_equal(read_to(world, "#a"), WALL_MS);
	account_mark_rename(world, account_find(world, "ana"), "#a", "#A");
	assert_int_equal(read_to(world, "#a"), WALL_MS);
	account_mark_rename(world, account_find(world, "ana"), "#a", "#b");
	assert_int_equal(read_to(world, "#a"), 0);
	assert_int_equal(read_to(world, "#b"), WALL_MS);
	assert_sound(world);
	world_free(world);
}

/* An outside checker may know names with an @. */
static void device_is_behind_the_name_of_an_account(void **state)
{
	struct world *world = world_with_account();
	char device[DEVICE_BYTES + 1];

	(void) state;
	assert_non_null(account_find_login(world, "ana", device));
	assert_string_equal(device, "");
	assert_non_null(account_find_login(world, "ana@my-phone_2.0", device));
	assert_string_equal(device, "my-phone_2.0");
	assert_null(account_find_login(world, "ana@", device));
	assert_null(account_find_login(world, "@phone", device));
	assert_null(account_find_login(world, "ana@a b", device));
	assert_null(account_find_login(world, "ana@a@b", device));
	assert_null(account_find_login(world, "bea@phone", device));
	assert_non_null(account_find_login(world, "ana@12345678901234567890123456789012", device));
	assert_null(account_find_login(world, "ana@123456789012345678901234567890123", device));
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mark_never_goes_back),
		cmocka_unit_test(the_oldest_mark_makes_room),
		cmocka_unit_test(what_was_not_stored_is_tried_again),
		cmocka_unit_test(marks_without_rows_do_not_pile_up),
		cmocka_unit_test(mark_that_is_being_stored_stays_until_its_row_is_removed),
		cmocka_unit_test(mark_that_is_being_stored_is_that_after_a_restart),
		cmocka_unit_test(rows_are_taken_and_renamed),
		cmocka_unit_test(device_is_behind_the_name_of_an_account),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
