/* What happens because time passes. */
#pragma once

#include "world/outbox.h"
#include "world/world.h"

/* Look at every session whose moment has come. */
void run_timers(struct world *world, struct outbox *outbox);
