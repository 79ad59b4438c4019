/* Where each value of a struct settings comes from. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "config/options.h"
#include "config/settings.h"

struct origin {
	uint32_t source; /* index into the sources plus 1; 0: default */
	uint32_t line;
};

/* For each struct of a list, one origin per option of the table, then one for its secret.
 * The top level is a list of one struct, with one more for the key of the cloaks. */
struct settings_origins {
	struct origin *rows[OPTION_TABLES];
};

struct origin *settings_origins_of(
	const struct settings_origins *origins, enum option_table_id id, size_t index);
/* "default", or "/etc/papod/papod.conf:12". */
void origin_format(const struct settings *settings, struct origin origin, struct buffer *out);
/* NULL: the default. */
const char *origin_file(const struct settings *settings, struct origin origin);

/* The structs that a table describes: a list in the settings, or the settings themselves. */
void *settings_items(const struct settings *settings, enum option_table_id id, size_t *ret_count);
void settings_set_items(
	struct settings *settings, enum option_table_id id, void *items, size_t count);
const char *settings_item_name(enum option_table_id id, const void *item);
bool *settings_item_spoiled(enum option_table_id id, void *item);
/* Pointer to the secret of a struct, such as the hash of a password; NULL: its table has none. */
char **settings_item_secret(enum option_table_id id, void *item);
char **settings_item_second_secret(enum option_table_id id, void *item);
