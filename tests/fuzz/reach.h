/* Commands change no more than their rows say. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "world/event.h"
#include "world/world.h"

/* True: it is a line of a command that may change nothing but its own session. */
bool reach_is_own(const struct event *event);

/* A copy of the world to which the same time comes, but not the line; the caller frees. */
struct world *reach_copy_without(const struct world *world, const struct event *event);

/* Whether both worlds are the same, but for what is that session's own. */
bool reach_is_kept(const struct world *after, const struct world *without, uint64_t session);
