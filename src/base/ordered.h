/* Items in order of their numbers. An item keeps its number, and each new item has a higher one
 * than all before. A walk can stop anywhere and continue later from a number, whatever was added
 * and removed meanwhile. All zero is an empty array. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ordered_slot {
	uint64_t number;
	void *item; /* NULL: removed */
};

struct ordered {
	struct ordered_slot *slots; /* the numbers ascend */
	size_t n_slots;
	size_t n_removed; /* slots without an item; never more than half, except for a few */
	size_t capacity;
};

/* The position of a walk. All zero is before the first item. */
struct ordered_walk {
	uint64_t number; /* the next item has at least this one */
	size_t slot;	 /* where the next item may be */
};

void ordered_done(struct ordered *ordered); /* the items are not freed */
size_t ordered_count(const struct ordered *ordered);
uint64_t ordered_last_number(const struct ordered *ordered); /* 0: there was never an item */

/* The number must be higher than any before. */
void ordered_add(struct ordered *ordered, uint64_t number, void *item);
void ordered_remove(struct ordered *ordered, uint64_t number); /* harmless if absent */

/* The first item with at least this number; NULL if there is none. Takes logarithmic time, plus one
 * step for each removed item that follows. */
void *ordered_from(const struct ordered *ordered, uint64_t number);

/* The next item of a walk, NULL at its end. Any item may be removed between two calls. */
void *ordered_next(const struct ordered *ordered, struct ordered_walk *walk);

#define ORDERED_EACH(item, ordered)                                                                \
	for (struct ordered_walk item##_walk = { 0 };                                              \
		((item) = ordered_next((ordered), &item##_walk));)
