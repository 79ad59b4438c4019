/* Tables that say what papod has instead of a foreign setting. */
#pragma once

#include "moving/moved.h"
#include "moving/moving_tree.h"

enum mapping_kind {
	MAPPING_NOTE, /* no equivalent; .note says what to do instead */
	MAPPING_TEXT,
	MAPPING_NUMBER,
	MAPPING_BYTES,
	MAPPING_SECONDS,
	MAPPING_BOOL,
	MAPPING_LIST,	  /* a text that is added to a list */
	MAPPING_PASSWORD, /* of the entry, or of the server */
	MAPPING_GROUP,	  /* a section whose items have rows of their own */
	MAPPING_ITEM,	  /* the same, and it makes an entry of the list .table */
	MAPPING_TAKE,	  /* .take decides */
	MAPPING_DONE,	  /* .take of its section, or .finish of the format, has decided */
};

struct mapping {
	const struct moving_node *root;
	struct moved *moved;
	struct moved_item *item; /* of the section */
	const struct mapping_format *format;
};

typedef void (*mapping_take_fn)(struct mapping *mapping, const struct moving_node *node);

struct mapping_row {
	const char *path; /* names in lower case: "operator.password", or "operator.*" */
	enum mapping_kind kind;
	enum option_table_id table;
	const char *option; /* "class.ping" is an option of the class of all clients */
	mapping_take_fn take;
	const char *note; /* of the other kinds, too: what differs */
};

struct mapping_format {
	const char *name; /* for the command line */
	const char *help;
	/* False: the file is malformed, which was added to the problems. */
	bool (*read)(struct moving_node *root, const struct moving_file *file,
		struct problems *problems);
	const struct mapping_row *rows;
	size_t n_rows;
	/* At the end, with the root; NULL: nothing is left to do. */
	mapping_take_fn finish;
};

/* Take all settings of the tree. */
void mapping_run(
	const struct mapping_format *format, const struct moving_node *root, struct moved *moved);

/* A row of MAPPING_NUMBER, BYTES or SECONDS, and a node with a value. For functions .take. */
void mapping_set_number(struct mapping *mapping, struct moved_item *item,
	const struct mapping_row *row, const struct moving_node *node);
/* Take the items of a section; the path is the section's. For functions .take. */
void mapping_take_items(struct mapping *mapping, const struct moving_node *node, const char *path);
