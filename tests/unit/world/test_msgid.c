/* Names of messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

#include "world/msgid.h"

static void ids_are_sorted_by_time_and_never_the_same(void **state)
{
	static const uint64_t walls[] = { 0, 0, 1, 1, 1, 2000, 5, 3000, 3000, 1000000 };
	struct world *world = world_of("");
	char last[MSGID_BYTES] = "", id[MSGID_BYTES];

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(walls); i++) {
		world_set_time(world, NOW_MS, WALL_MS + walls[i], i);
		msgid_format(world, msgid_next(world), id);
		assert_int_equal(strlen(id), MSGID_BYTES - 1);
		assert_int_equal(strspn(id, "0123456789abcdefghjkmnpqrstvwxyz"), strlen(id));
		assert_true(strcmp(last, id) < 0);
		memcpy(last, id, sizeof(last));
	}
	world_free(world);
}

static void more_than_a_millisecond_holds_run_ahead(void **state)
{
	struct world *world = world_of("");
	uint64_t last = msgid_next(world);

	(void) state;
	for (int i = 0; i < 1100000; i++) {
		uint64_t id = msgid_next(world);

		assert_true(id > last);
		last = id;
	}
	world_set_time(world, NOW_MS, WALL_MS + 1, 1);
	assert_true(msgid_next(world) > last);
	world_free(world);
}

static void ids_after_a_pass_are_of_a_later_time(void **state)
{
	struct world *world = world_of("");
	uint64_t wall_ms;

	(void) state;
	for (int i = 0; i < 3; i++) {
		msgid_next(world);
		wall_ms = msgid_pass(world);
		assert_int_equal(wall_ms, WALL_MS + (uint64_t) i);
		assert_int_equal(msgid_next(world), msgid_at(wall_ms + 1));
	}
	world_free(world);
}

/* What thousands of clients that leave at once draw. */
static void passes_do_not_run_far_ahead(void **state)
{
	struct world *world = world_of("");

	(void) state;
	for (int i = 0; i < 1000; i++) {
		uint64_t wall_ms = msgid_pass(world);

		assert_true(msgid_next(world) >= msgid_at(wall_ms + 1));
	}
	assert_true(msgid_wall_ms(world->last_msgid) <= WALL_MS + 50);
	world_free(world);
}

static void another_world_has_other_ids(void **state)
{
	struct settings *settings = settings_of("");
	struct world *a = world_new(), *b = world_new();
	char id_a[MSGID_BYTES], id_b[MSGID_BYTES];

	(void) state;
	world_set_time(a, NOW_MS, WALL_MS, 1);
	world_set_settings(a, settings);
	world_set_time(b, NOW_MS, WALL_MS, 2);
	world_set_settings(b, settings);
	msgid_format(a, msgid_next(a), id_a);
	msgid_format(b, msgid_next(b), id_b);
	assert_string_not_equal(id_a, id_b);
	settings_unref(settings);
	world_free(a);
	world_free(b);
}

/* A digit that is none, at each place; also a text that ends there. */
static void what_is_no_id_is_not_read(void **state)
{
	static const char wrong[] = { 'i', 'l', 'o', 'u', 'A', ' ', '\0', '/', (char) 0xff };
	struct world *world = world_of("");
	char text[MSGID_BYTES], other[MSGID_BYTES];
	uint64_t id = 7;

	(void) state;
	msgid_format(world, 12345, text);
	for (size_t i = 0; i < strlen(text); i++)
		for (size_t j = 0; j < sizeof(wrong); j++) {
			memcpy(other, text, sizeof(text));
			other[i] = wrong[j];
			assert_false(msgid_parse(world, other, &id));
			assert_int_equal(id, 7);
		}
	assert_true(msgid_parse(world, text, &id));
	assert_int_equal(id, 12345);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_id_is_not_read),
		cmocka_unit_test(ids_are_sorted_by_time_and_never_the_same),
		cmocka_unit_test(more_than_a_millisecond_holds_run_ahead),
		cmocka_unit_test(ids_after_a_pass_are_of_a_later_time),
		cmocka_unit_test(passes_do_not_run_far_ahead),
		cmocka_unit_test(another_world_has_other_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
