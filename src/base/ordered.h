/* Things in order of a number that each has for life and that only grows: what was born
 * later stands further back. A walk can stop anywhere and go on later from a number,
 * whatever came and went meanwhile. All zero is an empty one. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ordered_slot {
	uint64_t number;
	void *item; /* NULL: was removed */
};

struct ordered {
	struct ordered_slot *slots; /* the numbers ascend */
	size_t n_slots;
	size_t n_removed; /* slots without an item; never more than half, except for a few */
	size_t capacity;
};

/* Where a walk stands. All zero is before the first. */
struct ordered_walk {
	uint64_t number; /* of the next one, at least */
	size_t slot;	 /* where it may be */
};

void ordered_done(struct ordered *ordered); /* the items are not freed */
size_t ordered_count(const struct ordered *ordered);
uint64_t ordered_last_number(const struct ordered *ordered); /* 0: there never was one */

/* The number must be higher than any before. */
void ordered_add(struct ordered *ordered, uint64_t number, void *item);
void ordered_remove(struct ordered *ordered, uint64_t number); /* harmless if it is not in */

/* The first one whose number is at least that; NULL: there is none. Takes the logarithm of
 * their count, plus as many steps as lie removed there. */
void *ordered_from(const struct ordered *ordered, uint64_t number);

/* The next of a walk, NULL at its end. Others and the current one may go meanwhile. */
void *ordered_next(const struct ordered *ordered, struct ordered_walk *walk);

#define ORDERED_EACH(item, ordered)                                                                \
	for (struct ordered_walk item##_walk = { 0 };                                              \
		((item) = ordered_next((ordered), &item##_walk));)
