#include "parse.h"

#include <string.h>

#include "config/draft_list.h"
#include "config/options.h"
#include "config/text_checks.h"
#include "config/value.h"

typedef void (*row_fn)(const struct option_table *table, const struct option *option);

static void each_row(row_fn row)
{
	for (size_t i = 0; i < OPTION_TABLES; i++) {
		const struct option_table *table = option_table_get((enum option_table_id) i);

		for (size_t j = 0; j < table->n_options; j++)
			row(table, &table->options[j]);
	}
}

static void check_unique(const struct option_table *table, const struct option *option)
{
	assert_ptr_equal(option_find(table, option->path), option);
}

static void no_option_is_there_twice(void **state)
{
	(void) state;
	each_row(check_unique);
}

/* Options that decide whether a client is admitted apply to new clients; all others of a list at
 * once. */
static void check_reload(const struct option_table *table, const struct option *option)
{
	bool is_at_the_door = table->id == OPTION_TABLE_BLOCKLISTS ||
			      (table->id == OPTION_TABLE_CLASSES &&
				      (strncmp(option->path, "clients", 7) == 0 ||
					      strcmp(option->path, "auto_join") == 0 ||
					      strcmp(option->path, "needs_password") == 0 ||
					      strcmp(option->path, "require_account") == 0));

	if (table->id != OPTION_TABLE_TOP)
		assert_int_equal(option->reload, is_at_the_door ? RELOAD_NEW_CLIENTS : RELOAD_NOW);
}

static void the_options_of_lists_count_at_once_or_at_the_door(void **state)
{
	(void) state;
	each_row(check_reload);
}

static void check_group(const struct option_table *table, const struct option *option)
{
	size_t length = option_group_length(option);
	size_t index = (size_t) (option - table->options);

	assert_int_equal(length > 0, table->name == NULL);
	if (!length || !index || strncmp(option->path, option[-1].path, length + 1) == 0)
		return;
	for (size_t i = 0; i < index; i++)
		assert_int_not_equal(strncmp(option->path, table->options[i].path, length + 1), 0);
}

static void the_options_of_a_group_stand_together(void **state)
{
	(void) state;
	each_row(check_group);
}

static void check_literal(
	const struct option_table *table, const struct option *option, const char *literal)
{
	struct value value = value_of_literal(literal);
	struct buffer why = { 0 };
	char *object = test_calloc(1, table->item_bytes);

	if (!value_store(option, object, &value, &why))
		fail_msg("%s: %s", option->path, buffer_text(&why));
	value_free_all(table, object);
	value_done(&value);
	test_free(object);
}

static void check_values(const struct option_table *table, const struct option *option)
{
	assert_true(option->fallback || option->example);
	if (option->fallback)
		check_literal(table, option, option->fallback);
	if (option->example)
		check_literal(table, option, option->example);
}

static void every_default_and_example_is_allowed(void **state)
{
	(void) state;
	each_row(check_values);
}

static void check_text(const struct option_table *table, const struct option *option)
{
	(void) table;
	assert_int_equal(option->text[strlen(option->text) - 1], '.');
	assert_null(strstr(option->text, "  "));
	assert_true(option->min <= option->max);
}

static void every_text_ends_in_a_full_stop(void **state)
{
	const struct privilege *privilege;

	(void) state;
	each_row(check_text);
	for (size_t i = 0; (privilege = privilege_row(i)); i++)
		assert_int_equal(privilege->text[strlen(privilege->text) - 1], '.');
}

static void groups_and_lists_are_found(void **state)
{
	const struct option_table *top = option_table_get(OPTION_TABLE_TOP);

	(void) state;
	assert_ptr_equal(option_table_find("listen"), option_table_get(OPTION_TABLE_LISTEN));
	assert_null(option_table_find("limits"));
	assert_true(option_is_group(top, "limits"));
	assert_false(option_is_group(top, "limit"));
	assert_false(option_is_group(top, "limitss"));
	assert_null(option_find(top, "limits"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_option_is_there_twice),
		cmocka_unit_test(the_options_of_lists_count_at_once_or_at_the_door),
		cmocka_unit_test(the_options_of_a_group_stand_together),
		cmocka_unit_test(every_default_and_example_is_allowed),
		cmocka_unit_test(every_text_ends_in_a_full_stop),
		cmocka_unit_test(groups_and_lists_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
