/* Owns the operators of InspIRCd: an oper has a type, a type has classes, and a class has commands,
 * of which papod has its privileges. */
#include "moving/inspircd_opers.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"

#define WORDS " \t\n"

static const struct {
	const char *word; /* a command, or one of the privileges of InspIRCd */
	const char *privilege;
} grants[] = {
	{ "*", "*" },
	{ "KILL", "kill" },
	{ "KLINE", "ban" },
	{ "GLINE", "ban" },
	{ "ZLINE", "ban" },
	{ "QLINE", "ban" },
	{ "RLINE", "ban" },
	{ "REHASH", "rehash" },
	{ "RESTART", "restart" },
	{ "SAJOIN", "force" },
	{ "SAPART", "force" },
	{ "SAMODE", "force" },
	{ "SANICK", "force" },
	{ "CHGHOST", "force" },
	{ "WALLOPS", "wallops" },
	{ "users/mass-message", "broadcast" },
	{ "servers/auspex", "stats" },
};

/* Inside of a type. */
struct granting {
	struct mapping *mapping;
	const struct moving_node *from;
};

static void grant_word(const struct granting *granting, const char *word)
{
	for (size_t i = 0; i < ARRAY_LENGTH(grants); i++)
		if (text_equals_ignoring_case(grants[i].word, word))
			moved_add_text(granting->mapping->item, granting->from, "privileges",
				grants[i].privilege);
}

static void for_each_word(const char *text, void (*take)(const struct granting *, const char *),
	const struct granting *granting)
{
	const char *at = text ? text : "";

	for (at += strspn(at, WORDS); *at; at += strspn(at, WORDS)) {
		size_t length = strcspn(at, WORDS);
		CLEANUP(mem_freep) char *word = mem_text_n(at, length);

		take(granting, word);
		at += length;
	}
}

static const struct moving_node *find_named_tag(
	const struct moving_node *root, const char *tag, const char *name)
{
	for (size_t i = 0; i < root->n_items; i++) {
		const char *found = moving_tree_value(root->items[i], "name");

		if (found && text_equals_ignoring_case(root->items[i]->name, tag) &&
			strcmp(found, name) == 0)
			return root->items[i];
	}
	return NULL;
}

/* "users/mass-message" is one of the privileges that all who have "*" have; those of "*" as privs
 * alone are not. */
static void grant_privilege(const struct granting *granting, const char *word)
{
	if (strcmp(word, "*") != 0)
		grant_word(granting, word);
}

static void grant_class(const struct granting *granting, const char *name)
{
	const struct moving_node *class = find_named_tag(granting->mapping->root, "class", name);

	if (!class)
		return;
	for_each_word(moving_tree_value(class, "commands"), grant_word, granting);
	for_each_word(moving_tree_value(class, "privs"), grant_privilege, granting);
}

static void grant_type(struct mapping *mapping, const struct moving_node *node)
{
	const struct moving_node *name = moving_tree_find(node, "type");
	const struct moving_node *type =
		name ? find_named_tag(mapping->root, "type", name->value) : NULL;
	const struct granting granting = { mapping, name ? name : node };

	moved_begin_list(mapping->item, granting.from, "privileges");
	if (!type) {
		moved_note(mapping->moved, granting.from,
			"the type of this operator is in none of the files, so it has no "
			"privileges");
		return;
	}
	for_each_word(moving_tree_value(type, "classes"), grant_class, &granting);
}

/* A match of one of these suffices to be an operator: papod has other rules. */
static bool needs_no_password(const struct moving_node *node)
{
	const char *open = moving_tree_value(node, "nopassword");

	return open && moving_text_is_true(open);
}

void inspircd_opers_take(struct mapping *mapping, const struct moving_node *node)
{
	const struct moving_node *password = moving_tree_find(node, "password");
	const struct moving_node *host = moving_tree_find(node, "host");
	const struct moving_node *fingerprint = moving_tree_find(node, "fingerprint");
	struct mapping inner = *mapping;

	inner.item = moved_add_item(mapping->moved, OPTION_TABLE_OPERATORS, node);
	mapping_take_items(&inner, node, "oper");
	if (host && strcmp(host->value, "*") != 0)
		moved_add_words(inner.item, host, "hosts", WORDS);
	if (fingerprint)
		moved_add_words(inner.item, fingerprint, "certificates", WORDS);
	grant_type(&inner, node);
	if (password && !needs_no_password(node))
		moved_set_password(
			mapping->moved, inner.item, password, moving_tree_value(node, "hash"));
}
