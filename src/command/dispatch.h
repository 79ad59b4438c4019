/* The entrance of the core: one event in, effects out. */
#pragma once

#include "world/event.h"
#include "world/outbox.h"
#include "world/world.h"

/* Handle one event. Effects are appended to the outbox. An event for a session that has ended is
 * ignored. tests/bench/counts.py counts its instructions by its name. */
void dispatch(struct world *world, const struct event *event, struct outbox *outbox)
	__attribute__((noinline));
