/* A foreign configuration as a tree: what the readers of all formats make of their files. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "config/problem.h"

/* A section, a tag, a block or a setting. */
struct moving_node {
	char *name;
	char *value;	  /* NULL: none */
	const char *file; /* owned by the caller of moving_tree_add_file() */
	unsigned int line;
	struct moving_node **items;
	size_t n_items;
};

/* A file that is read; the root of the tree gets what is in it. */
struct moving_file {
	const char *name;
	const char *text;
};

struct moving_node *moving_tree_new(void);
void moving_tree_free(struct moving_node *root);

/* The value may be NULL. The new node is in the file of its parent. */
struct moving_node *moving_tree_add(
	struct moving_node *parent, const char *name, const char *value, unsigned int line);

/* Add a new tree, which was read by itself and is complete now. */
void moving_tree_adopt(
	struct moving_node *parent, struct moving_node *node, const char *name, unsigned int line);

/* The last item of that name, in any case; NULL: there is none. */
const struct moving_node *moving_tree_find(const struct moving_node *node, const char *name);
/* Its value; NULL: it is missing or has none. */
const char *moving_tree_value(const struct moving_node *node, const char *name);

/* "yes", "true", "on" and numbers other than 0, in any case. */
bool moving_text_is_true(const char *text);
/* "10K", "1M": bytes. False: it is something else. */
bool moving_text_bytes(const char *text, unsigned long *ret_bytes);
/* "203.0.113.*" as a range of addresses, "203.0.113.0/24"; other texts as they are. The caller
 * frees it. */
char *moving_text_range(const char *text);
/* Digits with or without units: "90", "2m", "1d12h", in seconds. False: it is something else. */
bool moving_text_seconds(const char *text, unsigned long *ret_seconds);
