/* Owns arrays in order of numbers: items are found by bisection, and removing one leaves a gap;
 * many gaps are closed. */
#include "base/ordered.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

#define FEW_REMOVED 16 /* so few gaps are not worth closing */

void ordered_done(struct ordered *ordered)
{
	free(ordered->slots);
	*ordered = (struct ordered){ 0 };
}

size_t ordered_count(const struct ordered *ordered)
{
	return ordered->n_slots - ordered->n_removed;
}

uint64_t ordered_last_number(const struct ordered *ordered)
{
	return ordered->n_slots ? ordered->slots[ordered->n_slots - 1].number : 0;
}

static void set_capacity(struct ordered *ordered, size_t capacity)
{
	ordered->slots = mem_resize(ordered->slots, capacity, sizeof(*ordered->slots));
	ordered->capacity = capacity;
}

void ordered_add(struct ordered *ordered, uint64_t number, void *item)
{
	assert(item && (!ordered->n_slots || number > ordered_last_number(ordered)));
	if (ordered->n_slots == ordered->capacity)
		set_capacity(ordered, ordered->capacity ? ordered->capacity * 2 : 8);
	ordered->slots[ordered->n_slots++] = (struct ordered_slot){ number, item };
}

/* The first slot with at least this number; n_slots if there is none. */
static size_t find_number(const struct ordered *ordered, uint64_t number)
{
	size_t low = 0, high = ordered->n_slots;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ordered->slots[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The last slot stays even if it is a gap, so that no number is used twice. */
static void close_gaps(struct ordered *ordered)
{
	size_t n = 0;

	for (size_t i = 0; i < ordered->n_slots; i++)
		if (ordered->slots[i].item || i + 1 == ordered->n_slots)
			ordered->slots[n++] = ordered->slots[i];
	ordered->n_slots = n;
	ordered->n_removed = !ordered->slots[n - 1].item;
	if (ordered->capacity / 4 > n)
		set_capacity(ordered, ordered->capacity / 2);
}

void ordered_remove(struct ordered *ordered, uint64_t number)
{
	size_t slot = find_number(ordered, number);

	if (slot == ordered->n_slots || ordered->slots[slot].number != number ||
		!ordered->slots[slot].item)
		return;
	ordered->slots[slot].item = NULL;
	ordered->n_removed++;
	if (ordered->n_removed > ordered->n_slots / 2 + FEW_REMOVED)
		close_gaps(ordered);
}

static size_t skip_removed(const struct ordered *ordered, size_t slot)
{
	while (slot < ordered->n_slots && !ordered->slots[slot].item)
		slot++;
	return slot;
}

void *ordered_from(const struct ordered *ordered, uint64_t number)
{
	size_t slot = skip_removed(ordered, find_number(ordered, number));

	return slot < ordered->n_slots ? ordered->slots[slot].item : NULL;
}

/* Does the walk still know its slot? It does until gaps are closed. */
static bool is_right(const struct ordered *ordered, const struct ordered_walk *walk)
{
	return walk->slot <= ordered->n_slots &&
	       (!walk->slot || ordered->slots[walk->slot - 1].number < walk->number) &&
	       (walk->slot == ordered->n_slots ||
		       ordered->slots[walk->slot].number >= walk->number);
}

void *ordered_next(const struct ordered *ordered, struct ordered_walk *walk)
{
	size_t slot = is_right(ordered, walk) ? walk->slot : find_number(ordered, walk->number);

	slot = skip_removed(ordered, slot);
	if (slot == ordered->n_slots)
		return NULL;
	walk->number = ordered->slots[slot].number + 1;
	walk->slot = slot + 1;
	return ordered->slots[slot].item;
}
