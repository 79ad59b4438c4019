/* Owns SQLite's allocations. SQLite copies what it is given to statements and pages, and would
 * leave it in freed memory. */
#include "store/zeroing_memory.h"

#include <limits.h>
#include <malloc.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

static void *get_space(int size)
{
	return malloc((size_t) size);
}

static int space_size(void *space)
{
	return (int) malloc_usable_size(space);
}

static void release_space(void *space)
{
	if (space)
		explicit_bzero(space, malloc_usable_size(space));
	free(space);
}

/* realloc() would leave the old content where it was. */
static void *resize_space(void *old, int size)
{
	size_t old_size = malloc_usable_size(old);
	void *space;

	if ((size_t) size <= old_size && (size_t) size > old_size / 2)
		return old;
	space = malloc((size_t) size);
	if (!space)
		return NULL;
	memcpy(space, old, old_size < (size_t) size ? old_size : (size_t) size);
	release_space(old);
	return space;
}

/* To an eighth of itself: an array that grows by some bytes at a time, as the index of words has
 * them, would otherwise be copied each time. */
static int round_space(int size)
{
	int unit = 8;

	while (unit < size / 16)
		unit *= 2;
	return size < INT_MAX - unit ? (size + unit - 1) & ~(unit - 1) : size;
}

static int begin_space(void *unused)
{
	(void) unused;
	return SQLITE_OK;
}

static void end_space(void *unused)
{
	(void) unused;
}

void zeroing_memory_install(void)
{
	sqlite3_mem_methods methods = {
		.xMalloc = get_space,
		.xFree = release_space,
		.xRealloc = resize_space,
		.xSize = space_size,
		.xRoundup = round_space,
		.xInit = begin_space,
		.xShutdown = end_space,
	};

	/* An error means that SQLite is in use already. */
	(void) sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
}
