/* The storing of filters and the like, see world/moderation.h. */
#pragma once

#include "world/outbox.h"
#include "world/world.h"

struct change;

/* Store what has changed; if it cannot be stored, operators are told. */
void moderating_store(struct world *world, struct outbox *outbox);
void moderating_stored(
	struct world *world, struct outbox *outbox, const struct change *change, bool is_stored);
