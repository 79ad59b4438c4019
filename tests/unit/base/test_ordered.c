/* Items in order of their numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/ordered.h"

#define ITEMS 5000

static uint64_t numbers[ITEMS]; /* the items are their own numbers */

static void *item_of(uint64_t number)
{
	return &numbers[number];
}

static void fill(struct ordered *ordered, uint64_t count)
{
	for (uint64_t i = 1; i < count; i++) {
		numbers[i] = i;
		ordered_add(ordered, i, item_of(i));
	}
}

static void an_empty_one_has_nothing(void **state)
{
	struct ordered ordered = { 0 };
	const uint64_t *item = NULL;

	(void) state;
	assert_null(ordered_from(&ordered, 0));
	assert_int_equal(ordered_count(&ordered), 0);
	assert_int_equal(ordered_last_number(&ordered), 0);
	ordered_remove(&ordered, 7);
	ORDERED_EACH (item, &ordered)
		fail();
	assert_null(item);
	ordered_done(&ordered);
}

static void the_first_from_a_number_on_is_found(void **state)
{
	struct ordered ordered = { 0 };
	int a, b, c;

	(void) state;
	ordered_add(&ordered, 10, &a);
	ordered_add(&ordered, 20, &b);
	ordered_add(&ordered, UINT64_MAX - 1, &c);
	assert_ptr_equal(ordered_from(&ordered, 0), &a);
	assert_ptr_equal(ordered_from(&ordered, 10), &a);
	assert_ptr_equal(ordered_from(&ordered, 11), &b);
	assert_ptr_equal(ordered_from(&ordered, 21), &c);
	assert_null(ordered_from(&ordered, UINT64_MAX));
	ordered_remove(&ordered, 20);
	assert_ptr_equal(ordered_from(&ordered, 11), &c);
	assert_int_equal(ordered_count(&ordered), 2);
	ordered_remove(&ordered, 20);
	ordered_remove(&ordered, 15);
	assert_int_equal(ordered_count(&ordered), 2);
	ordered_done(&ordered);
}

static void a_walk_bears_the_going_of_all_that_it_has_passed(void **state)
{
	struct ordered ordered = { 0 };
	uint64_t *item, expected = 0;

	(void) state;
	fill(&ordered, ITEMS);
	ORDERED_EACH (item, &ordered) {
		assert_int_equal(*item, ++expected);
		ordered_remove(&ordered, *item);
	}
	assert_int_equal(expected, ITEMS - 1);
	assert_int_equal(ordered_count(&ordered), 0);
	ordered_done(&ordered);
}

static void a_walk_bears_the_going_of_those_ahead_and_sees_the_newborn(void **state)
{
	struct ordered ordered = { 0 };
	uint64_t *item, seen = 0;

	(void) state;
	fill(&ordered, 1000);
	ORDERED_EACH (item, &ordered) {
		seen++;
		if (*item != 100)
			continue;
		for (uint64_t i = 50; i < 990; i++)
			ordered_remove(&ordered, i);
		numbers[1000] = 1000;
		ordered_add(&ordered, 1000, item_of(1000));
	}
	assert_int_equal(seen, 100 + 10 + 1);
	ordered_done(&ordered);
}

static void numbers_are_never_used_again_even_when_all_have_gone(void **state)
{
	struct ordered ordered = { 0 };

	(void) state;
	fill(&ordered, ITEMS);
	for (uint64_t i = ITEMS - 1; i; i--)
		ordered_remove(&ordered, i);
	assert_int_equal(ordered_count(&ordered), 0);
	assert_int_equal(ordered_last_number(&ordered), ITEMS - 1);
	ordered_done(&ordered);
}

static void memory_follows_the_count(void **state)
{
	struct ordered ordered = { 0 };

	(void) state;
	fill(&ordered, ITEMS);
	for (uint64_t i = 1; i < ITEMS - 1; i++) {
		ordered_remove(&ordered, i);
		assert_true(ordered.n_removed <= ordered_count(&ordered) + 34);
	}
	assert_true(ordered.capacity < 200);
	ordered_done(&ordered);
}

/* The result of a plain search through all items. */
static const uint64_t *plain_from(const bool *is_in, uint64_t number)
{
	while (number < ITEMS && !is_in[number])
		number++;
	return number < ITEMS ? item_of(number) : NULL;
}

static void random_work_gives_what_a_plain_search_gives(void **state)
{
	static bool is_in[ITEMS];
	struct ordered ordered = { 0 };
	struct ordered_walk walk = { 0 };
	uint64_t dice = 5, next = 1, n_in = 0;
	const uint64_t *expected;

	(void) state;
	while (next < ITEMS) {
		uint64_t number = hash_random(&dice) % (next + 2);

		if (hash_random(&dice) % 5 < 3) {
			numbers[next] = next;
			ordered_add(&ordered, next, item_of(next));
			is_in[next++] = true;
			n_in++;
		} else if (number < next) {
			ordered_remove(&ordered, number);
			n_in -= is_in[number];
			is_in[number] = false;
		}
		assert_int_equal(ordered_count(&ordered), n_in);
		assert_ptr_equal(ordered_from(&ordered, number), plain_from(is_in, number));
		if (hash_random(&dice) % 50 == 0)
			walk = (struct ordered_walk){ 0 };
		expected = plain_from(is_in, walk.number);
		assert_ptr_equal(ordered_next(&ordered, &walk), expected);
	}
	ordered_done(&ordered);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_one_has_nothing),
		cmocka_unit_test(the_first_from_a_number_on_is_found),
		cmocka_unit_test(a_walk_bears_the_going_of_all_that_it_has_passed),
		cmocka_unit_test(a_walk_bears_the_going_of_those_ahead_and_sees_the_newborn),
		cmocka_unit_test(numbers_are_never_used_again_even_when_all_have_gone),
		cmocka_unit_test(memory_follows_the_count),
		cmocka_unit_test(random_work_gives_what_a_plain_search_gives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
