/* Reports of a world, and their walks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "report/report.h"
#include "world/channel.h"

#include "fixture.h"
#include "rows_fixture.h"

static json_t *rows_of(const struct world *world, enum report_kind kind)
{
	struct report_cursor cursor;
	json_t *rows = json_array();

	report_begin(world, kind, &cursor);
	while (!report_go_on(world, &cursor, 3, rows))
		;
	return rows;
}

static const char *text_of_row(const json_t *rows, size_t i, const char *name)
{
	return json_string_value(json_object_get(json_array_get(rows, i), name));
}

static json_int_t number_of_row(const json_t *rows, size_t i, const char *name)
{
	const json_t *value = json_object_get(json_array_get(rows, i), name);

	assert_true(json_is_integer(value));
	return json_integer_value(value);
}

static void each_report_has_the_fields_of_its_table(void **state)
{
	struct world *world = world_of("");
	struct user *user = user_of(world, 1, "ana");

	(void) state;
	rows_complete(world, 1, 1);
	world_set_storage(world, STORAGE_WORKS);
	assert_true(take_account_row(world, 1, "ana"));
	channel_add(world, channel_new(world, "#a"), user, 0);
	ban_new(world, BAN_KIND_USER, "*@192.0.2.8", "ana!a@b", "spam");
	for (enum report_kind kind = 0; kind < REPORT_KINDS; kind++) {
		json_t *rows = rows_of(world, kind);
		const struct report_row *row = report_row(kind);

		assert_int_equal(json_array_size(rows), 1);
		assert_int_equal(json_object_size(json_array_get(rows, 0)), row->n_fields);
		for (size_t i = 0; i < row->n_fields; i++)
			assert_non_null(
				json_object_get(json_array_get(rows, 0), row->fields[i].name));
		json_decref(rows);
	}
	world_free(world);
}

static void users_are_described(void **state)
{
	struct world *world = world_of("");
	struct user *user = user_of(world, 1, "ana");
	json_t *rows;

	(void) state;
	user_set_away(user, "tea");
	rows = rows_of(world, REPORT_KIND_USERS);
	assert_string_equal(text_of_row(rows, 0, "nick"), "ana");
	assert_string_equal(text_of_row(rows, 0, "away"), "tea");
	assert_null(text_of_row(rows, 0, "account"));
	assert_int_equal(number_of_row(rows, 0, "clients"), 1);
	json_decref(rows);
	world_free(world);
}

/* A walk shows what was there when it began and is still there, each once. */
static void a_walk_survives_comings_and_goings(void **state)
{
	struct world *world = world_of("");
	struct report_cursor cursor;
	json_t *rows = json_array();
	char nick[16];

	(void) state;
	for (uint64_t i = 1; i <= 10; i++) {
		snprintf(nick, sizeof(nick), "u%u", (unsigned) i);
		user_of(world, i, nick);
	}
	report_begin(world, REPORT_KIND_USERS, &cursor);
	assert_false(report_go_on(world, &cursor, 4, rows));
	assert_int_equal(json_array_size(rows), 4);
	user_end(world, user_find(world, "u2"));
	user_end(world, user_find(world, "u6"));
	world_sweep(world);
	user_of(world, 11, "late");
	while (!report_go_on(world, &cursor, 2, rows))
		;
	assert_int_equal(json_array_size(rows), 9);
	assert_string_equal(text_of_row(rows, 3, "nick"), "u4");
	assert_string_equal(text_of_row(rows, 5, "nick"), "u7");
	assert_string_equal(text_of_row(rows, 8, "nick"), "u10");
	json_decref(rows);
	world_free(world);
}

static void an_empty_report_is_complete_at_once(void **state)
{
	struct world *world = world_of("");
	json_t *rows = json_array();
	struct report_cursor cursor;

	(void) state;
	report_begin(world, REPORT_KIND_CHANNELS, &cursor);
	assert_true(report_go_on(world, &cursor, 1, rows));
	assert_int_equal(json_array_size(rows), 0);
	json_decref(rows);
	world_free(world);
}

static void text_that_is_no_utf8_is_mended(void **state)
{
	struct world *world = world_of("");
	struct user *user = user_of(world, 1, "ana");
	json_t *rows;

	(void) state;
	user_set_realname(user, "caf\xe9");
	rows = rows_of(world, REPORT_KIND_USERS);
	assert_string_equal(text_of_row(rows, 0, "realName"), "caf?");
	json_decref(rows);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_report_has_the_fields_of_its_table),
		cmocka_unit_test(users_are_described),
		cmocka_unit_test(a_walk_survives_comings_and_goings),
		cmocka_unit_test(an_empty_report_is_complete_at_once),
		cmocka_unit_test(text_that_is_no_utf8_is_mended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
