/* Watches the secrets that clients give, as passwords. */
#pragma once

#include <stddef.h>

#include "world/event.h"
#include "world/outbox.h"
#include "world/world.h"

/* All zero is one that has seen nothing. */
struct guard {
	struct guarded *secrets; /* of sessions that hold them */
	size_t count;
};

void guard_done(struct guard *guard);

/* After each event. NULL, or what is wrong (static text): an effect says a secret, or the world
 * remembers one though it is not needed any more. Passwords that are too short to be told from
 * other words do not count. */
const char *guard_look(struct guard *guard, const struct world *world, const struct event *event,
	const struct outbox *outbox);
