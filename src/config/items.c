/* Owns growing and joining lists of structs that tables describe. */
#include "config/items.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "config/value.h"

static size_t item_bytes(const struct items *items)
{
	return option_table_get(items->id)->item_bytes;
}

static size_t row_length(const struct items *items)
{
	return option_table_get(items->id)->n_options + 1;
}

void *items_struct(const struct items *items, size_t index)
{
	return items->structs + index * item_bytes(items);
}

struct origin *items_origins(const struct items *items, size_t index)
{
	return items->origins + index * row_length(items);
}

static void free_struct(const struct items *items, size_t index)
{
	void *item = items_struct(items, index);
	char **hash = settings_item_hash(items->id, item);

	value_free_all(option_table_get(items->id), item);
	if (hash)
		free(*hash);
}

void items_done(struct items *items)
{
	for (size_t i = 0; i < items->count; i++)
		free_struct(items, i);
	free(items->structs);
	free(items->origins);
	*items = (struct items){ .id = items->id };
}

size_t items_find(const struct items *items, const char *name)
{
	size_t i = 0;

	while (name && i < items->count) {
		const char *other = settings_item_name(items->id, items_struct(items, i));

		if (other && strcmp(other, name) == 0)
			return i;
		i++;
	}
	return items->count;
}

void items_set_defaults(enum option_table_id id, void *object)
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
			abort(); /* a wrong row; the unit test of the table finds it first */
	}
}

static void *add_item(struct items *items)
{
	size_t n = items->count + 1;
	void *item;

	items->structs = mem_resize(items->structs, n, item_bytes(items));
	items->origins = mem_resize(items->origins, n * row_length(items), sizeof(*items->origins));
	items->count = n;
	item = items_struct(items, n - 1);
	memset(item, 0, item_bytes(items));
	memset(items_origins(items, n - 1), 0, row_length(items) * sizeof(*items->origins));
	return item;
}

void *items_add(struct items *items)
{
	void *item = add_item(items);

	items_set_defaults(items->id, item);
	return item;
}

static void move_item(
	struct items *to, size_t to_index, const struct items *from, size_t from_index)
{
	memcpy(items_struct(to, to_index), items_struct(from, from_index), item_bytes(to));
	memcpy(items_origins(to, to_index), items_origins(from, from_index),
		row_length(to) * sizeof(*to->origins));
}

void items_merge(struct items *items, struct items *later)
{
	for (size_t i = 0; i < later->count; i++) {
		size_t index =
			items_find(items, settings_item_name(later->id, items_struct(later, i)));

		if (index < items->count)
			free_struct(items, index);
		else
			add_item(items);
		move_item(items, index, later, i);
	}
	later->count = 0;
	items_done(later);
}

void items_remove(struct items *items, size_t index)
{
	free_struct(items, index);
	for (items->count--; index < items->count; index++)
		move_item(items, index, items, index + 1);
}

void items_move_last(struct items *items, size_t index)
{
	struct items one = { .id = items->id };

	add_item(&one);
	move_item(&one, 0, items, index);
	for (size_t i = index; i + 1 < items->count; i++)
		move_item(items, i, items, i + 1);
	move_item(items, items->count - 1, &one, 0);
	one.count = 0;
	items_done(&one);
}
