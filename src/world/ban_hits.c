/* Owns the counters of bans. */
#include "world/ban_hits.h"

#include "world/world.h"

void ban_note_hit_of(struct world *world, uint64_t number)
{
	struct ban *ban = number ? ordered_from(&world->bans.all, number) : NULL;

	if (ban)
		ban->n_hits++;
}

void ban_note_hit(struct world *world, const struct ban *ban)
{
	ban_note_hit_of(world, ban->number);
}
