/* A hash map from text to things that hold their own key. It has no walk on
 * purpose: hash order must never reach the output, so keep a list beside it. */
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef const char *(*map_key_fn)(const void *item);

struct map {
	map_key_fn key;
	uint64_t seed[2];
	struct map_slot *slots;
	uint32_t count;
	uint32_t used;	   /* slots that are or were taken */
	uint32_t capacity; /* a power of two, or 0 */
};

/* The key function gives each item's key, which must not change while it is in. */
void map_init(struct map *map, map_key_fn key, uint64_t seed_low, uint64_t seed_high);
void map_done(struct map *map); /* the items are not freed */
void *map_find(const struct map *map, const char *key);
void map_add(struct map *map, void *item); /* its key must not be in yet */
void map_remove(struct map *map, const void *item);
