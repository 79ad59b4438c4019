/* Owns the hash table of looks, with a list in each bucket. */
#include "world/looks.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/mem.h"

#define LEAST_CAPACITY 64
#define GROWTH 4
#define FILLING 2 /* items to a bucket, on average */

void looks_init(struct looks *looks, look_name_fn name, uint64_t seed_low, uint64_t seed_high)
{
	*looks = (struct looks){ .name = name, .seed = { seed_low, seed_high } };
}

void looks_done(struct looks *looks)
{
	free(looks->buckets);
	looks->buckets = NULL;
	looks->count = looks->capacity = 0;
}

static struct look **bucket_of(const struct looks *looks, const char *skeleton)
{
	uint64_t hash = hash_bytes(skeleton, strlen(skeleton), looks->seed[0], looks->seed[1]);

	return &looks->buckets[hash & (looks->capacity - 1)];
}

static void push_look(struct looks *looks, struct look *look, const char *skeleton)
{
	struct look **bucket = bucket_of(looks, skeleton);

	look->next = *bucket;
	*bucket = look;
}

static void grow_looks(struct looks *looks, enum casemap casemap)
{
	struct look **old = looks->buckets, *look, *next;
	uint32_t old_capacity = looks->capacity;

	looks->capacity = old_capacity ? old_capacity * GROWTH : LEAST_CAPACITY;
	looks->buckets = mem_new(looks->capacity * sizeof(struct look *));
	for (uint32_t i = 0; i < old_capacity; i++)
		for (look = old[i]; look; look = next) {
			CLEANUP(mem_freep)
			char *skeleton = casemap_skeleton(casemap, looks->name(look));

			next = look->next;
			push_look(looks, look, skeleton);
		}
	free(old);
}

/* The caller frees. NULL: the name looks like its folded form, or looks do not matter. */
static char *peculiar_skeleton(enum casemap casemap, const char *name, const char *folded)
{
	CLEANUP(mem_freep) char *skeleton = casemap_skeleton(casemap, name);

	return skeleton && strcmp(skeleton, folded) != 0 ? TAKE(skeleton) : NULL;
}

void looks_add(struct looks *looks, enum casemap casemap, struct look *look, const char *folded)
{
	CLEANUP(mem_freep)
	char *skeleton = peculiar_skeleton(casemap, looks->name(look), folded);

	if (!skeleton)
		return;
	if (looks->count >= looks->capacity * FILLING)
		grow_looks(looks, casemap);
	push_look(looks, look, skeleton);
	looks->count++;
}

void looks_remove(struct looks *looks, enum casemap casemap, struct look *look, const char *folded)
{
	CLEANUP(mem_freep)
	char *skeleton = peculiar_skeleton(casemap, looks->name(look), folded);
	struct look **at;

	if (!skeleton)
		return;
	for (at = bucket_of(looks, skeleton); *at != look;)
		at = &(*at)->next;
	*at = look->next;
	looks->count--;
}

static struct look *first_of_looks(
	const struct looks *looks, enum casemap casemap, struct look *look, const char *skeleton)
{
	for (; look; look = look->next) {
		CLEANUP(mem_freep) char *other = casemap_skeleton(casemap, looks->name(look));

		if (strcmp(other, skeleton) == 0)
			return look;
	}
	return NULL;
}

struct look *looks_first(const struct looks *looks, enum casemap casemap, const char *skeleton)
{
	if (!looks->count)
		return NULL;
	return first_of_looks(looks, casemap, *bucket_of(looks, skeleton), skeleton);
}

struct look *looks_next(const struct looks *looks, enum casemap casemap, const struct look *look,
	const char *skeleton)
{
	return first_of_looks(looks, casemap, look->next, skeleton);
}

bool looks_are_counted(const struct looks *looks)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < looks->capacity; i++)
		for (const struct look *look = looks->buckets[i]; look; look = look->next)
			count++;
	return count == looks->count;
}
