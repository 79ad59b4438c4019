/* The bans that the configuration lists. */
#pragma once

#include "world/outbox.h"
#include "world/world.h"

/* Bring the bans into line with the new settings of the world: set those that are new, end those
 * that are gone, and disconnect the clients that new ones match, or old ones since they are no
 * longer exempt. old: the settings before; NULL: none. */
void configured_bans_apply(struct world *world, struct outbox *outbox, const struct settings *old);
