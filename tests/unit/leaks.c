/* Owns the set of live allocations: the linker replaces calls of malloc() and others by these
 * functions. */
#include "leaks.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
void __real_free(void *pointer);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
void __wrap_free(void *pointer);

/* Open addressing. Static, because the functions above take no pointer to a state. */
static struct {
	void **slots;
	size_t capacity; /* a power of two */
	size_t count;
} live;

static size_t home_of(const void *pointer)
{
	return (size_t) (((uint64_t) (uintptr_t) pointer >> 4) * 0x9e3779b97f4a7c15 >> 20) &
	       (live.capacity - 1);
}

static size_t place_of(const void *pointer)
{
	size_t i = home_of(pointer);

	while (live.slots[i] && live.slots[i] != pointer)
		i = (i + 1) & (live.capacity - 1);
	return i;
}

static void grow_live(void)
{
	void **old = live.slots;
	size_t capacity = live.capacity;

	live.capacity = capacity ? capacity * 2 : 1024;
	live.slots = __real_calloc(live.capacity, sizeof(*live.slots));
	if (!live.slots)
		abort();
	for (size_t i = 0; i < capacity; i++)
		if (old[i])
			live.slots[place_of(old[i])] = old[i];
	__real_free(old);
}

static void *add_live(void *pointer)
{
	if (!pointer)
		return NULL;
	if (live.count * 2 >= live.capacity)
		grow_live();
	live.slots[place_of(pointer)] = pointer;
	live.count++;
	return pointer;
}

/* Entries behind the gap are inserted again, since a search ends at an empty slot. The set does not
 * contain what a library has allocated. */
static void remove_live(const void *pointer)
{
	size_t i, gap;

	if (!live.capacity || !live.slots[gap = place_of(pointer)])
		return;
	live.count--;
	live.slots[gap] = NULL;
	for (i = (gap + 1) & (live.capacity - 1); live.slots[i];
		i = (i + 1) & (live.capacity - 1)) {
		void *moved = live.slots[i];

		live.slots[i] = NULL;
		live.slots[place_of(moved)] = moved;
	}
}

void *__wrap_malloc(size_t size)
{
	return add_live(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
	return add_live(__real_calloc(count, size));
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
	remove_live(old);
	return add_live(__real_reallocarray(old, count, size));
}

void __wrap_free(void *pointer)
{
	remove_live(pointer);
	__real_free(pointer);
}

size_t leaks_count(void)
{
	return live.count;
}
