#include "parse.h"

#include <string.h>

#include "base/mem.h"
#include "config/draft_list.h"

static void add(struct draft_list *items, const char *name, uint32_t clients)
{
	struct class_settings *class = draft_list_add(items);

	class->name = mem_text(name);
	class->clients = clients;
	draft_list_origins(items, items->count - 1)[0].line = clients;
}

/* Checks names and clients, and that the origins moved along. */
static void assert_items(const struct draft_list *items, const char *expected)
{
	struct buffer out = { 0 };

	for (size_t i = 0; i < items->count; i++) {
		const struct class_settings *class = draft_list_struct(items, i);

		buffer_format(&out, "%s%u ", class->name, class->clients);
		assert_int_equal(draft_list_origins(items, i)[0].line, class->clients);
	}
	assert_string_equal(buffer_text(&out), expected);
	buffer_done(&out);
}

static void new_items_have_the_defaults(void **state)
{
	struct draft_list items = { .id = OPTION_TABLE_CLASSES };
	const struct class_settings *class = draft_list_add(&items);

	(void) state;
	assert_int_equal(class->ping_ms, 120000);
	assert_null(class->name);
	assert_int_equal(draft_list_origins(&items, 0)[3].source, 0);
	draft_list_done(&items);
}

static void later_items_replace_those_of_their_name(void **state)
{
	struct draft_list items = { .id = OPTION_TABLE_CLASSES },
			  later = { .id = OPTION_TABLE_CLASSES };

	(void) state;
	add(&items, "a", 1);
	add(&items, "b", 2);
	add(&later, "c", 3);
	add(&later, "a", 4);
	draft_list_merge(&items, &later);
	assert_int_equal(later.count, 0);
	assert_items(&items, "a4 b2 c3 ");
	draft_list_done(&items);
}

static void one_can_be_moved_to_the_end(void **state)
{
	struct draft_list items = { .id = OPTION_TABLE_CLASSES };

	(void) state;
	add(&items, "a", 1);
	add(&items, "b", 2);
	add(&items, "c", 3);
	draft_list_move_last(&items, 0);
	assert_items(&items, "b2 c3 a1 ");
	draft_list_move_last(&items, 2);
	assert_items(&items, "b2 c3 a1 ");
	assert_int_equal(draft_list_find(&items, "a"), 2);
	assert_int_equal(draft_list_find(&items, "x"), 3);
	assert_int_equal(draft_list_find(&items, NULL), 3);
	draft_list_done(&items);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_items_have_the_defaults),
		cmocka_unit_test(later_items_replace_those_of_their_name),
		cmocka_unit_test(one_can_be_moved_to_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
