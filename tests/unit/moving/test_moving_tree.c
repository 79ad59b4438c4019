#include "moving/moving_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void many_items_stay_in_order(void **state)
{
	struct moving_node *root = moving_tree_new();
	char name[16];

	(void) state;
	for (unsigned int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "n%u", i);
		moving_tree_add(root, name, NULL, i);
	}
	assert_int_equal(root->n_items, 1000);
	for (unsigned int i = 0; i < 1000; i++)
		assert_int_equal(root->items[i]->line, i);
	moving_tree_free(root);
}

static void the_last_item_of_a_name_is_found_in_any_case(void **state)
{
	struct moving_node *root = moving_tree_new();

	(void) state;
	moving_tree_add(root, "Name", "old", 1);
	moving_tree_add(root, "NAME", "new", 2);
	assert_string_equal(moving_tree_value(root, "name"), "new");
	assert_null(moving_tree_value(root, "nam"));
	moving_tree_free(root);
}

static void items_are_in_the_file_of_their_parent(void **state)
{
	struct moving_node *root = moving_tree_new();
	struct moving_node *section = moving_tree_add(root, "a", NULL, 1);

	(void) state;
	section->file = "a.conf";
	assert_string_equal(moving_tree_add(section, "b", NULL, 2)->file, "a.conf");
	moving_tree_free(root);
}

static void truth_has_several_words(void **state)
{
	(void) state;
	assert_true(moving_text_is_true("Yes"));
	assert_true(moving_text_is_true("on"));
	assert_true(moving_text_is_true("TRUE"));
	assert_true(moving_text_is_true("7"));
	assert_false(moving_text_is_true("no"));
	assert_false(moving_text_is_true("0"));
	assert_false(moving_text_is_true(""));
}

static void a_number_is_seconds_unless_it_has_units(void **state)
{
	unsigned long seconds;

	(void) state;
	assert_true(moving_text_seconds("90", &seconds));
	assert_int_equal(seconds, 90);
	assert_true(moving_text_seconds("1d12h", &seconds));
	assert_int_equal(seconds, 129600);
	assert_false(moving_text_seconds("soon", &seconds));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_items_stay_in_order),
		cmocka_unit_test(the_last_item_of_a_name_is_found_in_any_case),
		cmocka_unit_test(items_are_in_the_file_of_their_parent),
		cmocka_unit_test(truth_has_several_words),
		cmocka_unit_test(a_number_is_seconds_unless_it_has_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
