/* Owns what is moved to papod. */
#include "moving/moved.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "config/secrets.h"
#include "config/value.h"

/* A hash that was not made from a password, so none is known for it. */
#define UNKNOWN_PASSWORD "$y$j9T$AAAAAAAAAAAAAAAAAAAAA.$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

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

static struct moved_item *find_named(
	const struct moved *moved, enum option_table_id table, const char *quoted)
{
	for (size_t i = 0; i < moved->n_items; i++) {
		const struct moved_value *name = moved_find(moved->items[i], "name");

		if (moved->items[i]->table == table && name &&
			strcmp(name->text.bytes, quoted) == 0)
			return moved->items[i];
	}
	return NULL;
}

bool moved_has_default_class(const struct moved *moved)
{
	return find_named(moved, OPTION_TABLE_CLASSES, "\"default\"");
}

struct moved_item *moved_default_class(struct moved *moved, const struct moving_node *from)
{
	struct moved_item *class = find_named(moved, OPTION_TABLE_CLASSES, "\"default\"");

	if (!class) {
		class = moved_add_item(moved, OPTION_TABLE_CLASSES, from);
		moved_set_text(class, from, "name", "default");
	}
	return class;
}

void moved_set_number_name(const struct moved *moved, struct moved_item *item,
	const struct moving_node *from, const char *word)
{
	size_t n_before = 0;
	CLEANUP(buffer_done) struct buffer name = { 0 };

	for (size_t i = 0; i < moved->n_items; i++)
		n_before += moved->items[i]->table == item->table && moved->items[i] != item;
	buffer_put_text(&name, word);
	if (n_before)
		buffer_put_number(&name, n_before + 1);
	moved_set_text(item, from, "name", name.bytes);
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

void moved_begin_list(struct moved_item *item, const struct moving_node *from, const char *option)
{
	get_value(item, from, option)->is_list = true;
}

void moved_add_text(struct moved_item *item, const struct moving_node *from, const char *option,
	const char *text)
{
	struct moved_value *value = get_value(item, from, option);
	CLEANUP(buffer_done) struct buffer quoted = { 0 };

	value->is_list = true;
	value_put_quoted(&quoted, text);
	if (strstr(buffer_text(&value->text), quoted.bytes))
		return;
	if (value->text.length)
		buffer_put_text(&value->text, ", ");
	buffer_put(&value->text, quoted.bytes, quoted.length);
}

void moved_add_words(struct moved_item *item, const struct moving_node *from, const char *option,
	const char *separators)
{
	const char *at = from->value ? from->value : "";

	for (at += strspn(at, separators); *at; at += strspn(at, separators)) {
		size_t length = strcspn(at, separators);
		CLEANUP(mem_freep) char *word = mem_text_n(at, length);

		moved_add_text(item, from, option, word);
		at += length;
	}
}

void moved_set_password(struct moved *moved, struct moved_item *item,
	const struct moving_node *from, const char *kind)
{
	bool is_plain = !kind || !*kind || strcmp(kind, "plaintext") == 0;

	if (is_plain || !secrets_check_hash(from->value)) {
		mem_set_secret(&item->password, from->value);
		return;
	}
	if (item->table == OPTION_TABLE_CLASSES) {
		mem_set_secret(&item->password, UNKNOWN_PASSWORD);
		moved_note(moved, from,
			"papod cannot check a hash of this kind (%s): until you set another "
			"password in secrets.ini, no client of this class gets in",
			kind);
		return;
	}
	item->is_left_out = true;
	moved_note(moved, from,
		"its whole entry is left out: papod cannot check a hash of this kind (%s); add it "
		"with another password",
		kind);
}

void moved_note(struct moved *moved, const struct moving_node *node, const char *format, ...)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };
	va_list arguments;

	va_start(arguments, format);
	buffer_format_v(&text, format, arguments);
	va_end(arguments);
	problems_add(&moved->notes, true, node ? node->file : NULL, node ? node->line : 0,
		node && strcmp(node->name, "-") != 0 ? node->name : NULL, "%s", text.bytes);
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
