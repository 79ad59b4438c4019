/* Watches the secrets that clients send, such as passwords. */
#pragma once

#include <stddef.h>

#include "world/event.h"
#include "world/outbox.h"
#include "world/world.h"

/* All zero is a guard that has seen nothing. */
struct guard {
	struct guarded *secrets; /* of sessions that still need them */
	size_t count;
};

void guard_done(struct guard *guard);

/* Call after each event. NULL, or what is wrong (static text): an effect contains a secret, or the
 * world stores one that is no longer needed. Passwords that are too short to be distinguished from
 * other words do not count. */
const char *guard_look(struct guard *guard, const struct world *world, const struct event *event,
	const struct outbox *outbox);
