/* Owns the operators of UnrealIRCd. Of its classes of operators, those that come with it have
 * privileges of papod. */
#include "moving/unrealircd_opers.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

static const struct {
	const char *class;
	const char *privileges[10];
} classes[] = {
	{ "netadmin", { "*" } },
	{ "services-admin", { "kill", "ban", "force", "notices", "reach", "stats", "wallops",
				    "broadcast", "rehash" } },
	{ "admin", { "kill", "ban", "force", "notices", "reach", "stats", "wallops", "broadcast",
			   "rehash" } },
	{ "globop", { "kill", "ban", "notices", "reach", "stats", "wallops" } },
	{ "locop", { "kill", "ban", "notices", "wallops" } },
};

static void grant_unreal_class(struct mapping *mapping, const struct moving_node *node)
{
	const char *name = node->value ? node->value : "";

	for (size_t i = 0; i < ARRAY_LENGTH(classes); i++) {
		size_t length = strlen(classes[i].class);

		if (!text_starts_with(name, classes[i].class) ||
			(name[length] && strcmp(name + length, "-with-override") != 0))
			continue;
		for (size_t k = 0; classes[i].privileges[k]; k++)
			moved_add_text(mapping->item, node, "privileges", classes[i].privileges[k]);
		return;
	}
	moved_note(mapping->moved, node,
		"papod does not know this class, so the operator has no privileges: add some");
}

static bool has_kind(const struct moving_node *node, const char *kind)
{
	return moving_tree_find(node, kind);
}

/* Of "$argon2id$v=19...": "argon2id". The rest of a hash is not shown. */
static void put_hash_kind(const struct moving_node *node, struct buffer *kind)
{
	if (node->n_items)
		buffer_put_text(kind, node->items[0]->name);
	else if (*node->value == '$' && strchr(node->value + 1, '$'))
		buffer_put(kind, node->value + 1, strcspn(node->value + 1, "$"));
}

void unrealircd_password(
	struct mapping *mapping, struct moved_item *item, const struct moving_node *node)
{
	CLEANUP(buffer_done) struct buffer kind = { 0 };

	if (!node->value)
		return;
	put_hash_kind(node, &kind);
	if (item->table == OPTION_TABLE_OPERATORS &&
		(has_kind(node, "certfp") || has_kind(node, "sslclientcertfp") ||
			has_kind(node, "spkifp")))
		moved_add_text(item, node, "certificates", node->value);
	else
		moved_set_password(mapping->moved, item, node, buffer_text(&kind));
}

void unrealircd_for_each(
	struct moved_item *item, const struct moving_node *node, unrealircd_word_fn take)
{
	if (node->value)
		take(item, node, node->value);
	for (size_t i = 0; i < node->n_items; i++)
		take(item, node->items[i], node->items[i]->name);
}

static void add_unreal_host(
	struct moved_item *item, const struct moving_node *node, const char *word)
{
	CLEANUP(buffer_done) struct buffer mask = { 0 };

	buffer_format(&mask, "%s%s", strchr(word, '@') ? "" : "*@", word);
	moved_add_text(item, node, "hosts", mask.bytes);
}

void unrealircd_opers_take(struct mapping *mapping, const struct moving_node *node)
{
	const struct moving_node *mask = moving_tree_find(node, "mask");
	const struct moving_node *password = moving_tree_find(node, "password");
	const struct moving_node *class = moving_tree_find(node, "operclass");
	struct mapping inner = *mapping;

	inner.item = moved_add_item(mapping->moved, OPTION_TABLE_OPERATORS, node);
	moved_set_text(inner.item, node, "name", node->value ? node->value : "");
	moved_begin_list(inner.item, node, "privileges");
	mapping_take_items(&inner, node, "oper");
	if (mask)
		unrealircd_for_each(inner.item, mask, add_unreal_host);
	if (class)
		grant_unreal_class(&inner, class);
	if (password)
		unrealircd_password(mapping, inner.item, password);
}
