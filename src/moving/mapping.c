/* Owns walking a tree along the rows of its format. */
#include "moving/mapping.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"

#define CLASS "class."

static const struct mapping_row *find_exact_row(
	const struct mapping_format *format, const char *path, size_t length)
{
	for (size_t i = 0; i < format->n_rows; i++)
		if (strncmp(format->rows[i].path, path, length) == 0 &&
			strcmp(format->rows[i].path + length, path[length] ? "*" : "") == 0)
			return &format->rows[i];
	return NULL;
}

/* "options.*" has the settings of that section without a row of their own. */
static const struct mapping_row *find_mapping_row(
	const struct mapping_format *format, const char *path)
{
	const struct mapping_row *row = find_exact_row(format, path, strlen(path));
	const char *dot = strrchr(path, '.');

	if (row || !dot)
		return row;
	return find_exact_row(format, path, (size_t) (dot + 1 - path));
}

static bool takes_value(enum mapping_kind kind)
{
	return kind == MAPPING_TEXT || kind == MAPPING_NUMBER || kind == MAPPING_BYTES ||
	       kind == MAPPING_SECONDS || kind == MAPPING_BOOL || kind == MAPPING_LIST ||
	       kind == MAPPING_PASSWORD;
}

void mapping_set_number(struct mapping *mapping, struct moved_item *item,
	const struct mapping_row *row, const struct moving_node *node)
{
	unsigned long seconds, bytes;
	uint64_t number;

	if (row->kind == MAPPING_BYTES && moving_text_bytes(node->value, &bytes))
		moved_set_number(item, node, row->option, bytes);
	else if (row->kind == MAPPING_SECONDS && moving_text_seconds(node->value, &seconds))
		moved_set_number(item, node, row->option, seconds);
	else if (row->kind == MAPPING_NUMBER && text_parse_u64(node->value, &number))
		moved_set_number(item, node, row->option, number);
	else
		moved_note(mapping->moved, node, "papod cannot read this %s: \"%s\"",
			row->kind == MAPPING_SECONDS ? "time" : "number", node->value);
}

static void take_mapped_value(struct mapping *mapping, const struct mapping_row *row_of_class,
	const struct moving_node *node)
{
	struct mapping_row row = *row_of_class;
	struct moved_item *item = mapping->item;

	if (!node->value) {
		moved_note(mapping->moved, node, "it has no value");
		return;
	}
	if (row.option && text_starts_with(row.option, CLASS)) {
		item = moved_default_class(mapping->moved, node);
		row.option += strlen(CLASS);
	}
	if (row.kind == MAPPING_NUMBER || row.kind == MAPPING_BYTES || row.kind == MAPPING_SECONDS)
		mapping_set_number(mapping, item, &row, node);
	else if (row.kind == MAPPING_BOOL)
		moved_set_bool(item, node, row.option, moving_text_is_true(node->value));
	else if (row.kind == MAPPING_LIST)
		moved_add_text(item, node, row.option, node->value);
	else if (row.kind == MAPPING_PASSWORD)
		mem_set_secret(&item->password, node->value);
	else
		moved_set_text(item, node, row.option, node->value);
}

static void take_mapped_section(
	struct mapping *mapping, const struct mapping_row *row, const struct moving_node *node)
{
	struct mapping inner = *mapping;

	if (row->kind == MAPPING_ITEM)
		inner.item = moved_add_item(mapping->moved, row->table, node);
	mapping_take_items(&inner, node, row->path);
}

static void take_mapped_node(
	struct mapping *mapping, const struct moving_node *node, const char *path)
{
	const struct mapping_row *row = find_mapping_row(mapping->format, path);

	if (!row) {
		moved_note(mapping->moved, node, "papod has no equivalent");
		return;
	}
	if (row->note)
		moved_note(mapping->moved, node, "%s", row->note);
	if (row->kind == MAPPING_TAKE)
		row->take(mapping, node);
	else if (row->kind == MAPPING_GROUP || row->kind == MAPPING_ITEM)
		take_mapped_section(mapping, row, node);
	else if (takes_value(row->kind))
		take_mapped_value(mapping, row, node);
}

void mapping_take_items(struct mapping *mapping, const struct moving_node *node, const char *path)
{
	for (size_t i = 0; i < node->n_items; i++) {
		CLEANUP(buffer_done) struct buffer inner = { 0 };

		buffer_format(&inner, "%s%s%s", path, *path ? "." : "", node->items[i]->name);
		for (size_t at = 0; at < inner.length; at++)
			inner.bytes[at] = text_lower(inner.bytes[at]);
		take_mapped_node(mapping, node->items[i], inner.bytes);
	}
}

void mapping_run(
	const struct mapping_format *format, const struct moving_node *root, struct moved *moved)
{
	struct mapping mapping = { root, moved, moved_top(moved), format };

	mapping_take_items(&mapping, root, "");
	if (format->finish)
		format->finish(&mapping, root);
}
