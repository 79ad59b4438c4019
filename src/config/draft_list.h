/* Lists of structs with the origins of their values, while a configuration is read. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "config/settings_origins.h"

struct draft_list {
	enum option_table_id id;
	char *structs;
	struct origin *origins;
	size_t count;
};

void draft_list_done(struct draft_list *items);
void *draft_list_struct(const struct draft_list *items, size_t index);
struct origin *draft_list_origins(const struct draft_list *items, size_t index);
/* Returns the index of the item with that name; the count if there is none or the name is NULL. */
size_t draft_list_find(const struct draft_list *items, const char *name);

/* Append an item with all defaults. Invalidates pointers to other items. */
void *draft_list_add(struct draft_list *items);

/* Fill a struct with the defaults of a table. */
void draft_list_set_defaults(enum option_table_id id, void *object);

/* Move the later items over: one with the name of an earlier item replaces it. */
void draft_list_merge(struct draft_list *items, struct draft_list *later);
void draft_list_remove(struct draft_list *items, size_t index);
/* Move an item to the end. */
void draft_list_move_last(struct draft_list *items, size_t index);
