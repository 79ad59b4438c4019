/* Rows on their way into the world. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hash.h"
#include "world/changes.h"
#include "world/snapshot_ids.h"

#include "fixture.h"

#include "rows_fixture.h"

#define RECORD 1

/* A row of an account, as the store gives it. */
static void add_row(struct buffer *rows, uint64_t id, const char *name)
{
	const struct account_fields fields = { .name = (char *) (uintptr_t) name };
	struct buffer bytes = { 0 };

	account_fields_put(&bytes, &fields);
	store_row_save(rows, RECORD,
		&(struct store_row){
			STORE_TABLE_ACCOUNTS, false, id, 1, bytes.bytes, bytes.length });
	buffer_done(&bytes);
}

static bool take_all(struct world *world, struct buffer *rows)
{
	bool are_good = rows_take_all(world, buffer_text(rows), rows->length);

	buffer_done(rows);
	return are_good;
}

static void malformed_row_does_not_stop_the_others(void **state)
{
	struct world *world = world_of("");
	struct buffer rows = { 0 };

	(void) state;
	add_row(&rows, 1, "ana");
	add_row(&rows, 2, "a b");
	add_row(&rows, 3, "bea");
	assert_false(take_all(world, &rows));
	assert_int_equal(ordered_count(&world->accounts.all), 2);
	assert_sound(world);
	world_free(world);
}

static void row_with_a_line_break_is_left_out(void **state)
{
	const struct account_fields fields = { .name = (char[]){ "ana" },
		.email = (char[]){ "a@b.example\nQUIT" } };
	struct world *world = world_of("");

	(void) state;
	assert_false(take_fields(world, 1, &fields));
	assert_null(account_find(world, "ana"));
	world_free(world);
}

static void rows_of_unknown_tables_are_passed_over(void **state)
{
	struct world *world = world_of("");
	struct buffer rows = { 0 };

	(void) state;
	store_row_save(&rows, RECORD,
		&(struct store_row){ (enum store_table) STORE_TABLES, false, 1, 1, "", 0 });
	assert_true(take_all(world, &rows));
	buffer_put(&rows, "\x01\x00\xff", 3);
	assert_false(take_all(world, &rows));
	world_free(world);
}

static struct world *world_with_rows(void)
{
	struct world *world = world_of("");

	assert_true(take_account_row(world, 1, "ana"));
	assert_true(take_nick_row(world, 1, "x", "x"));
	assert_true(take_certificate_row(world, 1, FINGERPRINT "a"));
	world_set_storage(world, STORAGE_WORKS);
	rows_complete(world, 77, 5);
	return world;
}

static void forgotten_rows_are_gone(void **state)
{
	struct world *world = world_with_rows();

	(void) state;
	rows_forget(world);
	assert_int_equal(world->storage_file, 0);
	assert_int_equal(ordered_count(&world->accounts.all), 0);
	assert_null(account_find_owner(world, "x"));
	assert_null(account_find_certificate(world, FINGERPRINT "a"));
	assert_sound(world);
	assert_true(take_account_row(world, 1, "bea"));
	assert_sound(world);
	world_free(world);
}

static struct world *load_again(struct world *world)
{
	struct buffer bytes = { 0 };
	const char *reason = NULL;
	struct world *back;

	world_save(world, &bytes);
	world_free(world);
	back = world_load(bytes.bytes, bytes.length, &reason);
	assert_null(reason);
	buffer_done(&bytes);
	return back;
}

static void snapshot_holds_the_rows_and_their_state(void **state)
{
	struct world *world = load_again(world_with_rows());

	(void) state;
	assert_int_equal(world->storage, STORAGE_WORKS);
	assert_int_equal(world->storage_file, 77);
	assert_int_equal(world->storage_stored, 5);
	assert_int_equal(account_find_owner(world, "X")->id, 1);
	assert_int_equal(account_find_certificate(world, FINGERPRINT "a")->id, 1);
	world_free(world);
}

/* It left out rows, or fields of them. */
static void rows_of_an_earlier_edition_are_read_again(void **state)
{
	struct world *world = world_with_rows();

	(void) state;
	world->rows_edition = ROWS_EDITION - 1;
	world = load_again(world);
	assert_int_equal(world->storage, STORAGE_NONE);
	world_free(world);
	world = world_with_rows();
	world->rows_edition = ROWS_EDITION + 1;
	world = load_again(world);
	assert_int_equal(world->storage, STORAGE_WORKS);
	world_free(world);
}

/* It has logins by name only. Those of this one without an id belong to no account. */
static void logins_of_an_earlier_edition_find_their_accounts(void **state)
{
	struct world *world = world_with_rows();

	(void) state;
	user_set_account(world, user_of(world, 1, "ana"), "Ana", 0);
	registration_set_account(session_from(world, 2, "192.0.2.2")->registration, "Ana", 0);
	world = load_again(world);
	assert_int_equal(user_find(world, "ana")->account_id, 0);
	world->rows_edition = LOGIN_IDS_EDITION - 1;
	world = load_again(world);
	assert_int_equal(user_find(world, "ana")->account_id, 1);
	assert_int_equal(session_find(world, 2)->registration->account_id, 1);
	world_free(world);
}

/* A later release may allow it; the clients must not be lost for that. */
static void rows_that_a_snapshot_cannot_give_are_read_again(void **state)
{
	struct world *world = world_with_rows(), *back;
	struct buffer bytes = { 0 };
	const char *reason = NULL;
	struct pack_field field = { 0 };
	struct pack pack;
	const uint8_t *end;

	(void) state;
	world_save(world, &bytes);
	pack = pack_over(bytes.bytes + 12, bytes.length - 12);
	do
		end = pack.at;
	while (pack_next(&pack, &field) && field.id != SNAPSHOT_END);
	bytes.length = (size_t) ((const char *) end - bytes.bytes);
	store_row_save(&bytes, SNAPSHOT_ROW,
		&(struct store_row){ STORE_TABLE_ACCOUNTS, false, 2, 1, "", 0 });
	pack_u64(&bytes, SNAPSHOT_END,
		hash_fingerprint(HASH_FINGERPRINT_START, bytes.bytes, bytes.length));
	back = world_load(bytes.bytes, bytes.length, &reason);
	assert_null(reason);
	assert_int_equal(back->storage, STORAGE_NONE);
	buffer_done(&bytes);
	world_free(back);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(malformed_row_does_not_stop_the_others),
		cmocka_unit_test(row_with_a_line_break_is_left_out),
		cmocka_unit_test(rows_of_unknown_tables_are_passed_over),
		cmocka_unit_test(forgotten_rows_are_gone),
		cmocka_unit_test(snapshot_holds_the_rows_and_their_state),
		cmocka_unit_test(rows_of_an_earlier_edition_are_read_again),
		cmocka_unit_test(logins_of_an_earlier_edition_find_their_accounts),
		cmocka_unit_test(rows_that_a_snapshot_cannot_give_are_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
