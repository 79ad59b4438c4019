/* The hash map. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/map.h"

#define ITEMS 2000

struct item {
	char key[24];
	bool is_in;
};

static const char *item_key(const void *item)
{
	return ((const struct item *) item)->key;
}

static void an_empty_map_finds_nothing(void **state)
{
	struct map map;

	(void) state;
	map_init(&map, item_key, 1, 2);
	assert_null(map_find(&map, ""));
	assert_null(map_find(&map, "ana"));
	map_done(&map);
}

static void keys_differ_by_every_byte(void **state)
{
	struct item items[] = { { "", false }, { "a", false }, { "aa", false }, { "A", false } };
	struct map map;

	(void) state;
	map_init(&map, item_key, 1, 2);
	for (size_t i = 0; i < ARRAY_LENGTH(items); i++)
		map_add(&map, &items[i]);
	for (size_t i = 0; i < ARRAY_LENGTH(items); i++)
		assert_ptr_equal(map_find(&map, items[i].key), &items[i]);
	assert_null(map_find(&map, "aaa"));
	assert_int_equal(map.count, ARRAY_LENGTH(items));
	map_done(&map);
	assert_null(map_find(&map, "a"));
}

static void check_all(const struct map *map, struct item *items)
{
	uint32_t count = 0;

	for (size_t i = 0; i < ITEMS; i++) {
		assert_ptr_equal(map_find(map, items[i].key), items[i].is_in ? &items[i] : NULL);
		count += items[i].is_in;
	}
	assert_int_equal(map->count, count);
	assert_true(map->used < map->capacity || !map->capacity);
}

/* Compared with a plain array, while growing, shrinking and full of tombstones. */
static void random_work_gives_what_a_plain_array_gives(void **state)
{
	static struct item items[ITEMS];
	uint64_t dice = 7;
	struct map map;

	(void) state;
	for (size_t i = 0; i < ITEMS; i++)
		snprintf(items[i].key, sizeof(items[i].key), "user%zu", i);
	map_init(&map, item_key, 3, 4);
	for (unsigned int step = 0; step < 60000; step++) {
		/* First most are added, later most are removed. */
		bool add = hash_random(&dice) % 60000 > step;
		struct item *item = &items[hash_random(&dice) % ITEMS];

		if (item->is_in != add) {
			if (add)
				map_add(&map, item);
			else
				map_remove(&map, item);
			item->is_in = add;
		}
		if (step % 5000 == 0)
			check_all(&map, items);
	}
	check_all(&map, items);
	map_done(&map);
}

static void coming_and_going_for_ever_needs_no_more_room(void **state)
{
	struct item item = { "x", false };
	struct map map;

	(void) state;
	map_init(&map, item_key, 5, 6);
	for (int i = 0; i < 100000; i++) {
		snprintf(item.key, sizeof(item.key), "%d", i);
		map_add(&map, &item);
		map_remove(&map, &item);
	}
	assert_int_equal(map.count, 0);
	assert_true(map.capacity <= 64);
	map_done(&map);
}

static void a_map_that_was_big_becomes_small(void **state)
{
	static struct item items[ITEMS];
	struct map map;

	(void) state;
	map_init(&map, item_key, 3, 4);
	for (size_t i = 0; i < ITEMS; i++) {
		snprintf(items[i].key, sizeof(items[i].key), "#%zu", i);
		map_add(&map, &items[i]);
	}
	for (size_t i = 1; i < ITEMS; i++)
		map_remove(&map, &items[i]);
	assert_true(map.capacity <= 64);
	assert_ptr_equal(map_find(&map, "#0"), &items[0]);
	map_done(&map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_map_finds_nothing),
		cmocka_unit_test(keys_differ_by_every_byte),
		cmocka_unit_test(random_work_gives_what_a_plain_array_gives),
		cmocka_unit_test(coming_and_going_for_ever_needs_no_more_room),
		cmocka_unit_test(a_map_that_was_big_becomes_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
