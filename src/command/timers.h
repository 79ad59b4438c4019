/* Timers of the core. */
#pragma once

#include "world/outbox.h"
#include "world/world.h"

/* Run all timers that are due. */
void run_timers(struct world *world, struct outbox *outbox);
