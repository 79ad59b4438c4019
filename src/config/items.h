/* Lists of structs with the origins of their values, while a configuration is read. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "config/origins.h"

struct items {
	enum option_table_id id;
	char *structs;
	struct origin *origins;
	size_t count;
};

void items_done(struct items *items);
void *items_struct(const struct items *items, size_t index);
struct origin *items_origins(const struct items *items, size_t index);
/* NULL name: no item has it. Returns the count if there is none. */
size_t items_find(const struct items *items, const char *name);

/* One more, with all defaults. Pointers to earlier ones are invalid then. */
void *items_add(struct items *items);

/* Fill a struct with the defaults of a table. */
void items_set_defaults(enum option_table_id id, void *object);

/* Move the later ones over: those with the name of an earlier one take its place. */
void items_merge(struct items *items, struct items *later);
void items_remove(struct items *items, size_t index);
/* Move one to the end. */
void items_move_last(struct items *items, size_t index);
