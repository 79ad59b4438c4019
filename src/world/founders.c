/* Owns the index of channels by their founders. */
#include "world/founders.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "world/registered_channels.h"
#include "world/world.h"

#define ID_BYTES 21 /* digits of an id, and a NUL */

struct founder {
	char id[ID_BYTES];
	struct list channels;
};

static const char *key_of_founder(const void *item)
{
	return ((const struct founder *) item)->id;
}

void founders_init(struct map *founders, uint64_t seed_low, uint64_t seed_high)
{
	map_init(founders, key_of_founder, seed_low, seed_high);
}

static void write_founder_id(char id[ID_BYTES], uint64_t account)
{
	snprintf(id, ID_BYTES, "%llu", (unsigned long long) account);
}

static struct founder *find_founder(const struct world *world, uint64_t account)
{
	char id[ID_BYTES];

	if (!world->founders.count)
		return NULL;
	write_founder_id(id, account);
	return map_find(&world->founders, id);
}

static struct founder *need_founder(struct world *world, uint64_t account)
{
	struct founder *founder = find_founder(world, account);

	if (founder)
		return founder;
	founder = mem_new(sizeof(*founder));
	list_init(&founder->channels);
	write_founder_id(founder->id, account);
	map_add(&world->founders, founder);
	return founder;
}

/* Rows mostly come in the order of their ids. */
void founder_add(struct world *world, struct registered_channel *registered)
{
	struct list *channels, *before;

	if (!registered->founder)
		return;
	channels = &need_founder(world, registered->founder)->channels;
	before = channels->previous;
	while (before != channels &&
		CONTAINER_OF(before, struct registered_channel, in_founder)->id > registered->id)
		before = before->previous;
	list_add_last(before->next, &registered->in_founder);
}

void founder_remove(struct world *world, struct registered_channel *registered)
{
	struct founder *founder = NULL;

	if (registered->founder && !list_is_empty(&registered->in_founder))
		founder = find_founder(world, registered->founder);
	list_remove(&registered->in_founder);
	if (!founder || !list_is_empty(&founder->channels))
		return;
	map_remove(&world->founders, founder);
	free(founder);
}

const struct list *founder_channels(const struct world *world, uint64_t account)
{
	const struct founder *founder = find_founder(world, account);

	return founder ? &founder->channels : NULL;
}
