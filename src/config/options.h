/* THE option table: every setting of papod.conf is a row here, and the row feeds reading, checking,
 * defaults, --show-config, the report of a reload, the sample file and the manual. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_type {
	OPTION_TEXT,	 /* char *; min and max are its length */
	OPTION_COUNT,	 /* uint32_t */
	OPTION_SIZE,	 /* uint32_t, bytes: 4096 or "4 KiB" */
	OPTION_DURATION, /* uint32_t, milliseconds: 90 (seconds) or "90 s" */
	OPTION_BOOL,	 /* bool */
	OPTION_MODE,	 /* uint32_t, permissions: "0660" */
	OPTION_TEXTS,	 /* char ** and its count; min and max are the length of each */
	OPTION_RANGES,	 /* struct address * and its count */
};

/* When a new value takes effect. */
enum option_reload {
	RELOAD_NOW,
	RELOAD_NEW_CLIENTS, /* connected clients keep the old value */
	RELOAD_RESTART,
};

/* Returns NULL if the text is allowed, otherwise a description of what is. */
typedef const char *(*option_check_fn)(const char *text);

struct option {
	const char *path; /* "limits.nick_length"; in a list only the name */
	enum option_type type;
	size_t offset;
	size_t count_offset; /* of lists, a size_t */
	uint32_t min;
	uint32_t max;
	const char *fallback; /* as an administrator would write it; NULL: unset */
	const char *example;  /* for the sample file, if there is no fallback */
	bool begins_other;    /* in the sample file: a blank line comes before it */
	enum option_reload reload;
	bool has_other_readers; /* programs besides papod, to which papod --apply passes it on */
	option_check_fn check;
	const char *text; /* for the sample file and the manual */
};

enum option_table_id {
	OPTION_TABLE_TOP, /* the file itself: one struct settings */
	OPTION_TABLE_LISTEN,
	OPTION_TABLE_CERTIFICATES,
	OPTION_TABLE_CLASSES,
	OPTION_TABLE_OPERATORS,
	OPTION_TABLE_GATEWAYS,
	OPTION_TABLE_NOTIFICATIONS,
	OPTION_TABLE_BANS,
	OPTION_TABLE_PERMANENT_CHANNELS,
	OPTION_TABLE_TOKEN_SERVICES,
	OPTION_TABLE_FILTERS,
	OPTION_TABLE_API_TOKENS,
	OPTION_TABLE_BLOCKLISTS,
};
#define OPTION_TABLES 13

/* The options at one place of the file. All but the first table describe lists of groups. */
struct option_table {
	enum option_table_id id;
	const char *name;	/* NULL: the top level */
	bool has_other_readers; /* of a list: as for an option */
	const char *text;
	const struct option *options;
	size_t n_options;
	size_t item_bytes; /* of one struct in the list */
	size_t items_offset;
	size_t count_offset; /* like offset, in struct settings */
	size_t name_offset;  /* of an item's name, a char * */
	bool makes_name;     /* of options: no option has the name, the item owns it */
	size_t spoiled_offset;
	const char *secret;   /* that secrets.ini has for an item, such as "password"; NULL: none */
	size_t secret_offset; /* of its char * */
	const char *second_secret;
	size_t second_secret_offset;
	size_t max_items;
};

/* Places for origins: of each option, and behind them of the two secrets. */
static inline size_t option_table_n_origins(const struct option_table *table)
{
	return table->n_options + 2;
}

const struct option_table *option_table_get(enum option_table_id id);
/* NULL: no such option, or list. */
const struct option *option_find(const struct option_table *table, const char *path);
const struct option_table *option_table_find(const char *name);
bool option_is_group(const struct option_table *table, const char *name);

/* Does another program read the option? The name is that of a report of changes: "tls.certificate",
 * or "listen.NAME.address" for something in a list. */
bool option_is_read_elsewhere(const char *name);

/* The length of the group's name in the path: 6 for "limits.nick_length", 0 without a dot. */
size_t option_group_length(const struct option *option);
