/* Owns the hash map: open addressing, linear probing, tombstones. */
#include "base/map.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

struct map_slot {
	void *item; /* NULL: never used; REMOVED: used before */
	uint32_t hash;
};

/* Marks a slot whose item was removed: no real item has address 1. */
#define REMOVED ((void *) (uintptr_t) 1)

void map_init(struct map *map, map_key_fn key, uint64_t seed_low, uint64_t seed_high)
{
	*map = (struct map){ .key = key, .seed = { seed_low, seed_high } };
}

void map_done(struct map *map)
{
	free(map->slots);
	map->slots = NULL;
	map->count = map->used = map->capacity = 0;
}

static uint32_t hash_key(const struct map *map, const char *key)
{
	return (uint32_t) hash_bytes(key, strlen(key), map->seed[0], map->seed[1]);
}

static struct map_slot *find_map_slot(const struct map *map, const char *key)
{
	uint32_t hash;

	if (!map->count)
		return NULL;
	hash = hash_key(map, key);
	for (uint32_t i = hash & (map->capacity - 1);; i = (i + 1) & (map->capacity - 1)) {
		struct map_slot *slot = &map->slots[i];

		if (!slot->item)
			return NULL;
		if (slot->item != REMOVED && slot->hash == hash &&
			strcmp(map->key(slot->item), key) == 0)
			return slot;
	}
}

void *map_find(const struct map *map, const char *key)
{
	struct map_slot *slot = find_map_slot(map, key);

	return slot ? slot->item : NULL;
}

static void place_item(struct map *map, void *item, uint32_t hash)
{
	uint32_t i = hash & (map->capacity - 1);

	while (map->slots[i].item)
		i = (i + 1) & (map->capacity - 1);
	map->slots[i] = (struct map_slot){ item, hash };
}

/* Move the items to a new table, without the tombstones. */
static void rebuild_slots(struct map *map)
{
	struct map_slot *old = map->slots;
	uint32_t old_capacity = map->capacity;

	map->capacity = 16;
	while (map->capacity < map->count * 2 + 2)
		map->capacity *= 2;
	map->slots = mem_new(map->capacity * sizeof(*map->slots));
	map->used = map->count;
	for (uint32_t i = 0; i < old_capacity; i++)
		if (old[i].item && old[i].item != REMOVED)
			place_item(map, old[i].item, old[i].hash);
	free(old);
}

void map_add(struct map *map, void *item)
{
	const char *key = map->key(item);

	assert(!map_find(map, key));
	if ((map->used + 1) * 4 > map->capacity * 3)
		rebuild_slots(map);
	place_item(map, item, hash_key(map, key));
	map->count++;
	map->used++;
}

void map_remove(struct map *map, const void *item)
{
	struct map_slot *slot = find_map_slot(map, map->key(item));

	assert(slot && slot->item == item);
	slot->item = REMOVED;
	map->count--;
	if (map->capacity > 64 && map->count * 8 < map->capacity)
		rebuild_slots(map);
}
