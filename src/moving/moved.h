/* What is moved to papod: the settings of its configuration, and notes on what it has no equivalent
 * for. Each remembers where it stood. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "config/options.h"
#include "config/problem.h"
#include "moving/moving_tree.h"

#define MOVED_MOTD_FILE "motd" /* beside papod.conf */

/* A value of an option. */
struct moved_value {
	char *option;	    /* "limits.nick_length"; of an entry of a list only the name */
	struct buffer text; /* as papod.conf writes it; of a list without its brackets */
	bool is_list;
	const struct moving_node *from;
	bool is_left_out; /* papod refuses it */
};

/* An entry of a list; or, as the first item, what is in none. */
struct moved_item {
	enum option_table_id table;
	struct moved_value **values;
	size_t n_values;
	char *password; /* or its hash, for secrets.ini; NULL: none */
	const struct moving_node *from;
	bool is_left_out;
};

struct moved {
	struct moved_item **items;
	size_t n_items;
	char *motd; /* for MOVED_MOTD_FILE; NULL: there is none */
	struct problems notes;
};

/* The tree must outlive it. */
void moved_init(struct moved *moved);
void moved_done(struct moved *moved);

/* The item of what is in no list. */
struct moved_item *moved_top(const struct moved *moved);
struct moved_item *moved_add_item(
	struct moved *moved, enum option_table_id table, const struct moving_node *from);
/* The class of all clients; it is added if it is missing. */
struct moved_item *moved_default_class(struct moved *moved, const struct moving_node *from);

bool moved_has_default_class(const struct moved *moved);

/* Name an entry that has no name of its own: "gateway", "gateway2", and so on. */
void moved_set_number_name(const struct moved *moved, struct moved_item *item,
	const struct moving_node *from, const char *word);

/* A value that was set before is replaced. */
void moved_set_text(struct moved_item *item, const struct moving_node *from, const char *option,
	const char *text);
void moved_set_number(struct moved_item *item, const struct moving_node *from, const char *option,
	uint64_t number);
void moved_set_bool(
	struct moved_item *item, const struct moving_node *from, const char *option, bool value);
/* Without any entry it is an empty list, and not the default. */
void moved_begin_list(struct moved_item *item, const struct moving_node *from, const char *option);
/* Append to a list what is not there yet. */
void moved_add_text(struct moved_item *item, const struct moving_node *from, const char *option,
	const char *text);

/* Append each word between those separators. */
void moved_add_words(struct moved_item *item, const struct moving_node *from, const char *option,
	const char *separators);

/* A password, or a hash of the kind with that name, of which papod knows bcrypt. NULL and "" are
 * passwords themselves. An entry with another kind of hash is left out; a class is closed,
 * because its clients would come in by another class otherwise. */
void moved_set_password(struct moved *moved, struct moved_item *item,
	const struct moving_node *from, const char *kind);

/* NULL: it is not set. */
struct moved_value *moved_find(const struct moved_item *item, const char *option);

/* In the order of the lines of each file. */
void moved_sort_notes(struct moved *moved);

/* papod has no equivalent for the node, or not all of it. */
void moved_note(struct moved *moved, const struct moving_node *node, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
