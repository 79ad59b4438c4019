/* The bans that the configuration lists. */
#pragma once

#include "world/outbox.h"
#include "world/world.h"

/* Bring the bans into line with the new settings of the world: set those that are new, end those
 * that are gone, and disconnect the clients that new ones match. */
void configured_bans_apply(struct world *world, struct outbox *outbox);
