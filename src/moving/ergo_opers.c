/* Owns the operators of Ergo. Each has a class with capabilities, which may extend another class.
 */
#include "moving/ergo_opers.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

#define MOST_CLASSES 10

static const struct {
	const char *capability;
	const char *privilege;
} capabilities[] = {
	{ "kill", "kill" },
	{ "ban", "ban" },
	{ "sajoin", "force" },
	{ "samode", "force" },
	{ "chanreg", "force" },
	{ "accreg", "accounts" },
	{ "rehash", "rehash" },
	{ "massmessage", "broadcast" },
	{ "metadata", "metadata" },
	{ "relaymsg", "relay" },
	{ "snomasks", "notices" },
};

static void grant_ergo_class(struct moved_item *item, const struct moving_node *class)
{
	const struct moving_node *list = moving_tree_find(class, "capabilities");

	for (size_t i = 0; list && i < list->n_items; i++)
		for (size_t k = 0; k < ARRAY_LENGTH(capabilities); k++)
			if (list->items[i]->value &&
				strcmp(list->items[i]->value, capabilities[k].capability) == 0)
				moved_add_text(item, list->items[i], "privileges",
					capabilities[k].privilege);
}

static void grant_ergo_classes(struct mapping *mapping, const struct moving_node *node)
{
	const struct moving_node *classes = moving_tree_find(mapping->root, "oper-classes");
	const struct moving_node *named = moving_tree_find(node, "class");
	const char *name = named ? named->value : NULL;

	moved_begin_list(mapping->item, named ? named : node, "privileges");
	for (size_t i = 0; classes && name && i < MOST_CLASSES; i++) {
		const struct moving_node *class = moving_tree_find(classes, name);

		if (!class)
			break;
		grant_ergo_class(mapping->item, class);
		name = moving_tree_value(class, "extends");
	}
}

static void take_ergo_oper(struct mapping *mapping, const struct moving_node *node)
{
	const struct moving_node *password = moving_tree_find(node, "password");
	struct mapping inner = *mapping;

	inner.item = moved_add_item(mapping->moved, OPTION_TABLE_OPERATORS, node);
	moved_set_text(inner.item, node, "name", node->name);
	mapping_take_items(&inner, node, "oper");
	grant_ergo_classes(&inner, node);
	if (password && password->value)
		moved_set_password(mapping->moved, inner.item, password, "not bcrypt");
}

void ergo_opers_take(struct mapping *mapping, const struct moving_node *node)
{
	for (size_t i = 0; i < node->n_items; i++)
		take_ergo_oper(mapping, node->items[i]);
}
