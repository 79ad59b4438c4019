/* Changes on their way to the disk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world/changes.h"

#include "fixture.h"

#include "rows_fixture.h"

#define RECORD 1

/* A change of this account, or of a new one if the id is 0. */
static struct change *change_of(struct world *world, uint64_t id, const char *name)
{
	const struct account_fields fields = { .name = (char *) (uintptr_t) name,
		.folded = (char *) (uintptr_t) name };
	struct change *change = change_new();
	struct buffer bytes = { 0 };

	account_fields_put(&bytes, &fields);
	change->account = id;
	change_add_row(world, change,
		(struct store_row){ .table = STORE_TABLE_ACCOUNTS,
			.id = id,
			.bytes = bytes.bytes,
			.length = bytes.length });
	buffer_done(&bytes);
	return change;
}

static uint64_t ask(struct world *world, struct session *session, struct change *change)
{
	struct outbox outbox = { 0 };

	change_ask(world, &outbox, session, change);
	assert_int_equal(outbox.effects[outbox.count - 1].kind, EFFECT_STORE);
	outbox_done(&outbox);
	return change->request;
}

static void versions_grow_with_the_time_and_without_it(void **state)
{
	struct world *world = world_of("");

	(void) state;
	assert_int_equal(changes_next_version(world), WALL_MS);
	assert_int_equal(changes_next_version(world), WALL_MS + 1);
	world->last_version = WALL_MS + 1000;
	assert_int_equal(changes_next_version(world), WALL_MS + 1001);
	world_free(world);
}

/* The clock of the machine may have been ahead when the row was stored. */
static void version_is_higher_than_that_of_any_row(void **state)
{
	struct world *world = world_of("");
	const struct store_row row = { STORE_TABLE_SERVER_BANS, true, 0, WALL_MS + 5, "", 0 };

	(void) state;
	assert_true(rows_take(world, &row));
	assert_int_equal(changes_next_version(world), WALL_MS + 6);
	world_free(world);
}

static void account_is_being_changed_until_the_answer(void **state)
{
	struct world *world = world_of("");
	struct account *ana;
	struct change *change;

	(void) state;
	assert_true(take_account_row(world, 1, "ana"));
	ana = account_find(world, "ana");
	assert_int_equal(ask(world, NULL, change_of(world, 1, "Ana")), 1);
	assert_int_equal(ana->change, 1);
	assert_string_equal(ana->name, "ana");
	change = changes_find(world, 1);
	assert_int_equal(change->n_rows, 1);
	change_end(world, change, true);
	change_take_effect(world, change, 0);
	change_free(change);
	assert_int_equal(ana->change, 0);
	assert_string_equal(ana->name, "Ana");
	assert_int_equal(world->storage_stored, 1);
	assert_null(changes_find(world, 1));
	assert_sound(world);
	world_free(world);
}

static void new_account_gets_the_id_of_the_answer(void **state)
{
	struct world *world = world_of("");
	struct change *change = change_of(world, 0, "ana");
	struct buffer bytes = { 0 };

	(void) state;
	pack_text(&bytes, STORE_NICK_FOLDED, "ana2");
	pack_text(&bytes, STORE_NICK_NAME, "Ana2");
	change_add_row(world, change,
		(struct store_row){ .table = STORE_TABLE_ACCOUNT_NICKS,
			.bytes = bytes.bytes,
			.length = bytes.length });
	buffer_done(&bytes);
	(void) ask(world, NULL, change);
	change_end(world, change, true);
	change_take_effect(world, change, 17);
	change_free(change);
	assert_int_equal(account_find(world, "ana")->id, 17);
	assert_int_equal(account_find_owner(world, "ana2")->id, 17);
	assert_sound(world);
	world_free(world);
}

static void session_waits_for_its_change(void **state)
{
	struct world *world = world_of("");
	struct session *session = session_of(user_of(world, 1, "ana"));
	uint64_t request = ask(world, session, change_of(world, 0, "ana"));

	(void) state;
	assert_int_equal(session->wait, SESSION_WAIT_STORE);
	assert_int_equal(session->request, request);
	assert_int_equal(changes_find(world, request)->session, 1);
	assert_sound(world);
	world_free(world);
}

static void assert_loads(const struct world *world, struct world *copy)
{
	struct buffer saved = { 0 }, again = { 0 };
	struct pack pack;
	struct pack_field field;

	changes_save(&saved, RECORD, world);
	pack = pack_over(saved.bytes, saved.length);
	while (pack_next(&pack, &field))
		assert_true(change_load(copy, pack_field_record(&field)));
	changes_save(&again, RECORD, copy);
	assert_int_equal(saved.length, again.length);
	assert_memory_equal(saved.bytes, again.bytes, saved.length);
	buffer_done(&saved);
	buffer_done(&again);
}

static void what_is_saved_loads_equal(void **state)
{
	struct world *world = world_of(""), *copy = world_of("");
	struct change *change = change_of(world, 1, "Ana");

	(void) state;
	assert_true(take_account_row(world, 1, "ana"));
	assert_true(take_account_row(copy, 1, "ana"));
	change->text = mem_text("what the kind needs");
	(void) ask(world, NULL, change);
	(void) ask(world, NULL, change_of(world, 0, "bea"));
	copy->next_request = world->next_request;
	assert_loads(world, copy);
	assert_int_equal(account_find(copy, "ana")->change, 1);
	assert_sound(copy);
	world_free(copy);
	world_free(world);
}

static void change_without_request_or_rows_does_not_load(void **state)
{
	struct world *world = world_of("");
	struct buffer bytes = { 0 };

	(void) state;
	assert_false(change_load(world, pack_over("", 0)));
	pack_u64(&bytes, 1, 5);
	assert_false(change_load(world, pack_over(bytes.bytes, bytes.length)));
	pack_u64(&bytes, 5, 1);
	assert_true(change_load(world, pack_over(bytes.bytes, bytes.length)));
	buffer_done(&bytes);
	world_free(world);
}

static void accounts_that_came_anew_are_still_being_changed(void **state)
{
	struct world *world = world_of("");

	(void) state;
	assert_true(take_account_row(world, 1, "ana"));
	(void) ask(world, NULL, change_of(world, 1, "Ana"));
	(void) ask(world, NULL, change_of(world, 2, "Bea"));
	rows_forget(world);
	assert_true(take_account_row(world, 1, "ana"));
	assert_int_equal(account_find(world, "ana")->change, 0);
	changes_mark_subjects(world);
	assert_int_equal(account_find(world, "ana")->change, 1);
	world_free(world);
}

static void contradictions_are_found(void **state)
{
	struct world *world = world_of("");
	uint64_t first = ask(world, NULL, change_of(world, 0, "ana"));

	(void) state;
	(void) ask(world, NULL, change_of(world, 0, "bea"));
	assert_null(changes_check(world));
	changes_find(world, first)->request = 3;
	assert_non_null(changes_check(world));
	changes_find(world, 3)->request = first;
	world->next_request = 1;
	assert_non_null(changes_check(world));
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_grow_with_the_time_and_without_it),
		cmocka_unit_test(version_is_higher_than_that_of_any_row),
		cmocka_unit_test(account_is_being_changed_until_the_answer),
		cmocka_unit_test(new_account_gets_the_id_of_the_answer),
		cmocka_unit_test(session_waits_for_its_change),
		cmocka_unit_test(what_is_saved_loads_equal),
		cmocka_unit_test(change_without_request_or_rows_does_not_load),
		cmocka_unit_test(accounts_that_came_anew_are_still_being_changed),
		cmocka_unit_test(contradictions_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
