/* Owns the table that finds a parked socket by its id: open addressing, linear probing.
 * The ids are papod's own, no client chooses them. */
#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "survival/parking_lot.h"

#define FIRST_CAPACITY 64

static uint32_t home_of(const struct parking_index *index, uint64_t id)
{
	/* Fibonacci hashing (Knuth, TAOCP 6.4): ids differ in few, low bits. */
	return (uint32_t) (id * 0x9e3779b97f4a7c15u >> 32) & (index->capacity - 1);
}

static struct parked *slot_for(const struct parking_index *index, uint64_t id)
{
	uint32_t i = home_of(index, id);

	while (index->slots[i].id && index->slots[i].id != id)
		i = (i + 1) & (index->capacity - 1);
	return &index->slots[i];
}

struct parked *parking_index_find(const struct parking_index *index, uint64_t id)
{
	struct parked *slot;

	if (!index->capacity)
		return NULL;
	slot = slot_for(index, id);
	return slot->id ? slot : NULL;
}

static void grow_index(struct parking_index *index)
{
	struct parking_index old = *index;

	index->capacity = old.capacity ? 2 * old.capacity : FIRST_CAPACITY;
	index->slots = mem_new(index->capacity * sizeof(*index->slots));
	for (uint32_t i = 0; i < old.capacity; i++)
		if (old.slots[i].id)
			*slot_for(index, old.slots[i].id) = old.slots[i];
	free(old.slots);
}

struct parked *parking_index_add(struct parking_index *index, uint64_t id)
{
	struct parked *slot;

	assert(id);
	if (index->count + 1 > index->capacity / 4 * 3)
		grow_index(index);
	slot = slot_for(index, id);
	assert(!slot->id);
	*slot = (struct parked){ .id = id, .fd = -1 };
	index->count++;
	return slot;
}

/* Would a gap there hide the item at i from probing that begins at its home? */
static bool belongs_before(const struct parking_index *index, uint32_t i, uint32_t gap)
{
	uint32_t mask = index->capacity - 1;
	uint32_t home = home_of(index, index->slots[i].id);

	return ((i - home) & mask) >= ((i - gap) & mask);
}

void parking_index_remove(struct parking_index *index, uint64_t id)
{
	struct parked *slot = parking_index_find(index, id);
	uint32_t mask = index->capacity - 1;
	uint32_t gap;

	if (!slot)
		return;
	gap = (uint32_t) (slot - index->slots);
	for (uint32_t i = (gap + 1) & mask; index->slots[i].id; i = (i + 1) & mask) {
		if (!belongs_before(index, i, gap))
			continue;
		index->slots[gap] = index->slots[i];
		gap = i;
	}
	index->slots[gap] = (struct parked){ .fd = -1 };
	index->count--;
}
