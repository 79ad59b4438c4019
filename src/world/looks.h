/* Names that look unlike their folded forms, found by their looks: see casemap_skeleton(). All
 * other names are found by the folded form. There may be as many as there are accounts, so an item
 * takes one pointer and no copy of its looks: they are computed again when they are compared. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proto/casemap.h"

/* In an item that has a name. */
struct look {
	struct look *next; /* in its bucket */
};

typedef const char *(*look_name_fn)(struct look *look);

/* All zero, except for the first two fields, is empty. */
struct looks {
	look_name_fn name;
	uint64_t seed[2];
	struct look **buckets;
	uint32_t count;
	uint32_t capacity; /* a power of two, or 0 */
};

void looks_init(struct looks *looks, look_name_fn name, uint64_t seed_low, uint64_t seed_high);
void looks_done(struct looks *looks); /* the items are not freed */

/* Does nothing if the name looks like its folded form. */
void looks_add(struct looks *looks, enum casemap casemap, struct look *look, const char *folded);
/* Of an item that was added under the same case mapping, with the name that it had then. */
void looks_remove(struct looks *looks, enum casemap casemap, struct look *look, const char *folded);

/* The items that look so, in any order. NULL: there are no more. */
struct look *looks_first(const struct looks *looks, enum casemap casemap, const char *skeleton);
struct look *looks_next(const struct looks *looks, enum casemap casemap, const struct look *look,
	const char *skeleton);

bool looks_are_counted(const struct looks *looks); /* false: a contradiction */
