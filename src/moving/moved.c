/* Owns what is moved to papod. */
#include "moving/moved.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "config/value.h"

static struct moved_item *append_item(struct moved *moved, const struct moved_item *item)
{
	struct moved_item *added = mem_copy(item, sizeof(*item));

	moved->items = mem_resize(moved->items, moved->n_items + 1, sizeof(struct moved_item *));
	moved->items[moved->n_items++] = added;
	return added;
}

void moved_init(struct moved *moved)
{
	*moved = (struct moved){ 0 };
	append_item(moved, &(struct moved_item){ .table = OPTION_TABLE_TOP });
}

static void free_value(struct moved_value *value)
{
	free(value->option);
	buffer_done(&value->text);
	free(value);
}

static void free_item(struct moved_item *item)
{
	for (size_t i = 0; i < item->n_values; i++)
		free_value(item->values[i]);
	free(item->values);
	mem_free_secret(item->password);
	free(item);
}

void moved_done(struct moved *moved)
{
	for (size_t i = 0; i < moved->n_items; i++)
		free_item(moved->items[i]);
	free(moved->items);
	free(moved->motd);
	problems_done(&moved->notes);
}

struct moved_item *moved_top(const struct moved *moved)
{
	return moved->items[0];
}

struct moved_item *moved_add_item(
	struct moved *moved, enum option_table_id table, const struct moving_node *from)
{
	return append_item(moved, &(struct moved_item){ .table = table, .from = from });
}

struct moved_item *moved_default_class(struct moved *moved, const struct moving_node *from)
{
	struct moved_item *class;

	for (size_t i = 0; i < moved->n_items; i++) {
		const struct moved_value *name = moved_find(moved->items[i], "name");

		if (moved->items[i]->table == OPTION_TABLE_CLASSES && name &&
			strcmp(name->text.bytes, "\"default\"") == 0)
			return moved->items[i];
	}
	class = moved_add_item(moved, OPTION_TABLE_CLASSES, from);
	moved_set_text(class, from, "name", "default");
	return class;
}

struct moved_value *moved_find(const struct moved_item *item, const char *option)
{
	for (size_t i = 0; i < item->n_values; i++)
		if (strcmp(item->values[i]->option, option) == 0)
			return item->values[i];
	return NULL;
}

static struct moved_value *get_value(
	struct moved_item *item, const struct moving_node *from, const char *option)
{
	struct moved_value *value = moved_find(item, option);

	if (!value) {
		value = mem_new(sizeof(*value));
		value->option = mem_text(option);
		item->values =
			mem_resize(item->values, item->n_values + 1, sizeof(struct moved_value *));
		item->values[item->n_values++] = value;
	}
	value->from = from;
	return value;
}

void moved_set_text(struct moved_item *item, const struct moving_node *from, const char *option,
	const char *text)
{
	struct moved_value *value = get_value(item, from, option);

	buffer_clear(&value->text);
	value_put_quoted(&value->text, text);
}

void moved_set_number(struct moved_item *item, const struct moving_node *from, const char *option,
	uint64_t number)
{
	struct moved_value *value = get_value(item, from, option);

	buffer_clear(&value->text);
	buffer_format(&value->text, "%" PRIu64, number);
}

void moved_set_bool(
	struct moved_item *item, const struct moving_node *from, const char *option, bool is_set)
{
	struct moved_value *value = get_value(item, from, option);

	buffer_clear(&value->text);
	buffer_put_text(&value->text, is_set ? "true" : "false");
}

void moved_add_text(struct moved_item *item, const struct moving_node *from, const char *option,
	const char *text)
{
	struct moved_value *value = get_value(item, from, option);

	value->is_list = true;
	if (value->text.length)
		buffer_put_text(&value->text, ", ");
	value_put_quoted(&value->text, text);
}

void moved_note(struct moved *moved, const struct moving_node *node, const char *format, ...)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };
	va_list arguments;

	va_start(arguments, format);
	buffer_format_v(&text, format, arguments);
	va_end(arguments);
	problems_add(&moved->notes, true, node ? node->file : NULL, node ? node->line : 0,
		node ? node->name : NULL, "%s", text.bytes);
}

static int compare_texts(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

static int compare_notes(const void *first, const void *second)
{
	const struct problem *a = first, *b = second;
	int files = compare_texts(a->file, b->file);

	if (files)
		return files;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return compare_texts(a->text, b->text);
}

void moved_sort_notes(struct moved *moved)
{
	if (moved->notes.count)
		qsort(moved->notes.items, moved->notes.count, sizeof(*moved->notes.items),
			compare_notes);
}
