/* A hash map from text to items that hold their own key. It cannot be walked, because hash order
 * must never reach the output: keep a list beside it. */
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

/* The key function returns an item's key, which must not change while the item is in the map. */
void map_init(struct map *map, map_key_fn key, uint64_t seed_low, uint64_t seed_high);
void map_done(struct map *map); /* the items are not freed */
void *map_find(const struct map *map, const char *key);
void map_add(struct map *map, void *item); /* its key must be new */
void map_remove(struct map *map, const void *item);
