/* Owns the counters of bans. */
#include "world/ban_hits.h"

#include "world/world.h"

void ban_note_hit(struct world *world, const struct ban *ban)
{
	struct ban *own = ordered_from(&world->bans.all, ban->number);

	own->n_hits++;
}
