/* Lists inside structs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/list.h"

struct item {
	int number;
	struct list in_list;
};

static int digits(struct list *list)
{
	struct item *item;
	int all = 0;

	LIST_EACH (item, list, in_list)
		all = all * 10 + item->number;
	return all;
}

static void walking_goes_in_order_of_adding(void **state)
{
	struct item items[] = { { .number = 1 }, { .number = 2 }, { .number = 3 } };
	struct list list;

	(void) state;
	list_init(&list);
	assert_true(list_is_empty(&list));
	assert_int_equal(digits(&list), 0);
	for (int i = 0; i < 3; i++)
		list_add_last(&list, &items[i].in_list);
	assert_false(list_is_empty(&list));
	assert_int_equal(digits(&list), 123);
	assert_ptr_equal(LIST_FIRST(&list, struct item, in_list), &items[0]);
}

static void any_one_can_be_removed_even_twice(void **state)
{
	struct item items[] = { { .number = 1 }, { .number = 2 }, { .number = 3 } };
	struct list list;

	(void) state;
	list_init(&list);
	for (int i = 0; i < 3; i++)
		list_add_last(&list, &items[i].in_list);
	list_remove(&items[1].in_list);
	list_remove(&items[1].in_list);
	assert_int_equal(digits(&list), 13);
	list_remove(&items[0].in_list);
	list_remove(&items[2].in_list);
	assert_true(list_is_empty(&list));
	list_add_last(&list, &items[1].in_list);
	assert_int_equal(digits(&list), 2);
}

static void the_current_one_may_be_removed_in_a_safe_walk(void **state)
{
	struct item items[] = { { .number = 1 }, { .number = 2 }, { .number = 3 } };
	struct item *item, *after;
	struct list list;
	int seen = 0;

	(void) state;
	list_init(&list);
	for (int i = 0; i < 3; i++)
		list_add_last(&list, &items[i].in_list);
	LIST_EACH_SAFE (item, after, &list, in_list) {
		seen = seen * 10 + item->number;
		if (item->number != 2)
			list_remove(&item->in_list);
	}
	assert_int_equal(seen, 123);
	assert_int_equal(digits(&list), 2);
}

static void a_list_is_moved_behind_another(void **state)
{
	struct item items[4] = { { .number = 1 }, { .number = 2 }, { .number = 3 },
		{ .number = 4 } };
	struct list list, other;

	(void) state;
	list_init(&list);
	list_init(&other);
	list_move_all(&list, &other);
	assert_true(list_is_empty(&list));
	for (int i = 0; i < 4; i++)
		list_add_last(i < 2 ? &list : &other, &items[i].in_list);
	list_move_all(&list, &other);
	assert_true(list_is_empty(&other));
	assert_int_equal(digits(&list), 1234);
	assert_int_equal(LIST_LAST(&list, struct item, in_list)->number, 4);
	list_move_all(&other, &list);
	assert_true(list_is_empty(&list));
	assert_int_equal(digits(&other), 1234);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walking_goes_in_order_of_adding),
		cmocka_unit_test(any_one_can_be_removed_even_twice),
		cmocka_unit_test(a_list_is_moved_behind_another),
		cmocka_unit_test(the_current_one_may_be_removed_in_a_safe_walk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
