/* The ids of recent messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "world/recent.h"

static void add(struct recent *recent, uint64_t id, size_t most)
{
	recent_add(recent, (struct recent_message){ id, 1000 + id, id % 3, id % 2 }, most);
}

static void the_last_ones_are_found(void **state)
{
	struct recent recent = { 0 };

	(void) state;
	for (uint64_t id = 1; id <= 100; id++)
		add(&recent, 2 * id, 10);
	assert_int_equal(recent.count, 10);
	assert_null(recent_find(&recent, 180));
	assert_int_equal(recent_find(&recent, 182)->user, 1182);
	assert_int_equal(recent_find(&recent, 200)->user, 1200);
	assert_null(recent_find(&recent, 191));
	assert_null(recent_find(&recent, 202));
	recent_done(&recent);
}

static void what_is_forgotten_makes_room(void **state)
{
	struct recent recent = { 0 };

	(void) state;
	for (uint64_t id = 1; id <= 4; id++)
		add(&recent, id, 4);
	recent_forget(&recent, 2);
	recent_forget(&recent, 2);
	assert_int_equal(recent.count, 3);
	add(&recent, 5, 4);
	assert_non_null(recent_find(&recent, 1));
	assert_null(recent_find(&recent, 2));
	add(&recent, 6, 4);
	assert_null(recent_find(&recent, 1));
	recent_done(&recent);
}

static void a_lower_limit_is_kept_from_the_next_message_on(void **state)
{
	struct recent recent = { 0 };

	(void) state;
	for (uint64_t id = 1; id <= 8; id++)
		add(&recent, id, 8);
	add(&recent, 9, 3);
	assert_int_equal(recent.count, 3);
	assert_non_null(recent_find(&recent, 7));
	add(&recent, 10, 0);
	assert_int_equal(recent.count, 0);
	recent_done(&recent);
}

/* However often the ring wrapped around, and wherever a message was removed. */
static void each_is_found_as_long_as_it_is_kept(void **state)
{
	struct recent recent = { 0 };
	uint64_t kept[6];
	size_t n = 0;

	(void) state;
	for (uint64_t id = 1; id <= 200; id++) {
		if (id % 3 == 0) {
			size_t gone = id % n;

			recent_forget(&recent, kept[gone]);
			n--;
			memmove(kept + gone, kept + gone + 1, (n - gone) * sizeof(*kept));
		}
		if (n == 6) {
			n--;
			memmove(kept, kept + 1, n * sizeof(*kept));
		}
		kept[n++] = id;
		add(&recent, id, 6);
		assert_int_equal(recent.count, n);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(recent_find(&recent, kept[i])->user, 1000 + kept[i]);
	}
	recent_done(&recent);
}

static void they_are_saved_in_order(void **state)
{
	struct recent recent = { 0 }, again = { 0 };
	struct buffer bytes = { 0 };
	struct pack_field field;
	struct pack pack;

	(void) state;
	for (uint64_t id = 1; id <= 5; id++)
		add(&recent, id, 8);
	recent_save(&bytes, 7, &recent);
	pack = pack_over(bytes.bytes, bytes.length);
	assert_true(pack_next(&pack, &field));
	recent_load(&again, pack_field_record(&field));
	/* Loading twice: ids that are not higher are skipped. */
	recent_load(&again, pack_field_record(&field));
	assert_int_equal(again.count, 5);
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(again.items[i].id, recent.items[i].id);
		assert_int_equal(again.items[i].user, recent.items[i].user);
		assert_int_equal(again.items[i].rank, recent.items[i].rank);
		assert_int_equal(again.items[i].is_fixed, recent.items[i].is_fixed);
	}
	buffer_done(&bytes);
	recent_done(&recent);
	recent_done(&again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_ones_are_found),
		cmocka_unit_test(what_is_forgotten_makes_room),
		cmocka_unit_test(a_lower_limit_is_kept_from_the_next_message_on),
		cmocka_unit_test(each_is_found_as_long_as_it_is_kept),
		cmocka_unit_test(they_are_saved_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
