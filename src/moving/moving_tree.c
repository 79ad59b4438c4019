/* Owns the tree of a foreign configuration. */
#include "moving/moving_tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "proto/duration.h"

#define MS_PER_SECOND 1000

struct moving_node *moving_tree_new(void)
{
	return mem_new(sizeof(struct moving_node));
}

/* The readers limit how deep a tree is. */
void moving_tree_free(struct moving_node *root)
{
	if (!root)
		return;
	for (size_t i = 0; i < root->n_items; i++)
		moving_tree_free(root->items[i]);
	free(root->items);
	free(root->name);
	mem_free_secret(root->value);
	free(root);
}

static void append_node(struct moving_node *parent, struct moving_node *node)
{
	/* Twice the space whenever the number is a power of two. */
	if ((parent->n_items & (parent->n_items - 1)) == 0)
		parent->items = mem_resize(parent->items, parent->n_items ? parent->n_items * 2 : 1,
			sizeof(struct moving_node *));
	parent->items[parent->n_items++] = node;
}

void moving_tree_adopt(
	struct moving_node *parent, struct moving_node *node, const char *name, unsigned int line)
{
	node->name = mem_text(name);
	node->line = line;
	append_node(parent, node);
}

struct moving_node *moving_tree_add(
	struct moving_node *parent, const char *name, const char *value, unsigned int line)
{
	struct moving_node *node = moving_tree_new();

	node->value = mem_text(value);
	node->file = parent->file;
	moving_tree_adopt(parent, node, name, line);
	return node;
}

const struct moving_node *moving_tree_find(const struct moving_node *node, const char *name)
{
	for (size_t i = node->n_items; i-- > 0;)
		if (text_equals_ignoring_case(node->items[i]->name, name))
			return node->items[i];
	return NULL;
}

const char *moving_tree_value(const struct moving_node *node, const char *name)
{
	const struct moving_node *found = moving_tree_find(node, name);

	return found ? found->value : NULL;
}

bool moving_text_is_true(const char *text)
{
	return text_equals_ignoring_case(text, "yes") || text_equals_ignoring_case(text, "true") ||
	       text_equals_ignoring_case(text, "on") || strtol(text, NULL, 10) != 0;
}

bool moving_text_seconds(const char *text, unsigned long *ret_seconds)
{
	uint64_t number;

	if (!text_parse_u64(text, &number)) {
		if (!duration_parse(text, &number))
			return false;
		number /= MS_PER_SECOND;
	}
	*ret_seconds = number;
	return true;
}

bool moving_text_bytes(const char *text, unsigned long *ret_bytes)
{
	static const char units[] = "kmg";
	char *end;
	unsigned long number;
	const char *unit;

	if (!text_is_digit(*text))
		return false;
	number = strtoul(text, &end, 10);
	unit = *end ? strchr(units, text_lower(*end)) : NULL;
	if (number > UINT32_MAX || (*end && (!unit || end[1])))
		return false;
	*ret_bytes = unit ? number << (10 * (unit - units + 1)) : number;
	return true;
}

char *moving_text_range(const char *text)
{
	struct buffer range = { 0 };
	size_t length = strspn(text, "0123456789."), dots = 0;

	for (size_t i = 0; i < length; i++)
		dots += text[i] == '.';
	if (strcmp(text + length, "*") != 0 || dots < 1 || dots > 3 || text[length - 1] != '.')
		return mem_text(text);
	buffer_put(&range, text, length - 1);
	for (size_t i = dots; i < 4; i++)
		buffer_put_text(&range, ".0");
	buffer_format(&range, "/%zu", dots * 8);
	return buffer_take(&range);
}
