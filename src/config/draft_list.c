/* Owns growing and joining lists of structs that tables describe. */
#include "config/draft_list.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "config/value.h"

static size_t item_bytes(const struct draft_list *items)
{
	return option_table_get(items->id)->item_bytes;
}

static size_t row_length(const struct draft_list *items)
{
	return option_table_n_origins(option_table_get(items->id));
}

void *draft_list_struct(const struct draft_list *items, size_t index)
{
	return items->structs ? items->structs + index * item_bytes(items) : NULL;
}

struct origin *draft_list_origins(const struct draft_list *items, size_t index)
{
	return items->origins ? items->origins + index * row_length(items) : NULL;
}

static void free_struct(const struct draft_list *items, size_t index)
{
	const struct option_table *table = option_table_get(items->id);
	void *item = draft_list_struct(items, index);
	char **secret = settings_item_secret(items->id, item);
	char **second = settings_item_second_secret(items->id, item);

	if (table->makes_name)
		free((char *) (uintptr_t) settings_item_name(items->id, item));
	value_free_all(table, item);
	if (secret)
		mem_free_secret(*secret);
	if (second)
		mem_free_secret(*second);
}

void draft_list_done(struct draft_list *items)
{
	for (size_t i = 0; i < items->count; i++)
		free_struct(items, i);
	free(items->structs);
	free(items->origins);
	*items = (struct draft_list){ .id = items->id };
}

size_t draft_list_find(const struct draft_list *items, const char *name)
{
	size_t i = 0;

	while (name && i < items->count) {
		const char *other = settings_item_name(items->id, draft_list_struct(items, i));

		if (other && strcmp(other, name) == 0)
			return i;
		i++;
	}
	return items->count;
}

void draft_list_set_defaults(enum option_table_id id, void *object)
{
	const struct option_table *table = option_table_get(id);

	for (size_t i = 0; i < table->n_options; i++) {
		const struct option *option = &table->options[i];
		CLEANUP(value_done) struct value value = { 0 };
		CLEANUP(buffer_done) struct buffer why = { 0 };

		if (!option->fallback)
			continue;
		value = value_of_literal(option->fallback);
		if (!value_store(option, object, &value, &why))
			abort(); /* a wrong row, which the unit test of the table finds */
	}
}

static void *add_item(struct draft_list *items)
{
	size_t n = items->count + 1;
	void *item;

	items->structs = mem_resize(items->structs, n, item_bytes(items));
	items->origins = mem_resize(items->origins, n * row_length(items), sizeof(*items->origins));
	items->count = n;
	item = draft_list_struct(items, n - 1);
	memset(item, 0, item_bytes(items));
	memset(draft_list_origins(items, n - 1), 0, row_length(items) * sizeof(*items->origins));
	return item;
}

void *draft_list_add(struct draft_list *items)
{
	void *item = add_item(items);

	draft_list_set_defaults(items->id, item);
	return item;
}

static void move_item(
	struct draft_list *to, size_t to_index, const struct draft_list *from, size_t from_index)
{
	memcpy(draft_list_struct(to, to_index), draft_list_struct(from, from_index),
		item_bytes(to));
	memcpy(draft_list_origins(to, to_index), draft_list_origins(from, from_index),
		row_length(to) * sizeof(*to->origins));
}

void draft_list_merge(struct draft_list *items, struct draft_list *later)
{
	for (size_t i = 0; i < later->count; i++) {
		size_t index = draft_list_find(
			items, settings_item_name(later->id, draft_list_struct(later, i)));

		if (index < items->count)
			free_struct(items, index);
		else
			add_item(items);
		move_item(items, index, later, i);
	}
	later->count = 0;
	draft_list_done(later);
}

void draft_list_remove(struct draft_list *items, size_t index)
{
	free_struct(items, index);
	for (items->count--; index < items->count; index++)
		move_item(items, index, items, index + 1);
}

void draft_list_move_last(struct draft_list *items, size_t index)
{
	struct draft_list one = { .id = items->id };

	add_item(&one);
	move_item(&one, 0, items, index);
	for (size_t i = index; i + 1 < items->count; i++)
		move_item(items, i, items, i + 1);
	move_item(items, items->count - 1, &one, 0);
	one.count = 0;
	draft_list_done(&one);
}
