/* Bans that end by themselves. */
#pragma once

#include "world/outbox.h"
#include "world/world.h"

/* Remove and announce expired entries. */
void expire_masks(struct world *world, struct outbox *outbox);
