/* Bans that end by themselves. */
#pragma once

#include "world/outbox.h"
#include "world/world.h"

/* Take off, and tell, whatever has ended. */
void expire_masks(struct world *world, struct outbox *outbox);
