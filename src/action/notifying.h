/* Notifications: somebody who is no client says a line in a channel by a datagram. */
#pragma once

#include <stdbool.h>

#include "world/event.h"
#include "world/outbox.h"
#include "world/world.h"

/* EVENT_DATAGRAM: says what may be said, and replies "ok", or "error: " with the first reason why
 * something was not. */
void notify_channels(struct world *world, struct outbox *outbox, const struct event *event);

/* Says what waited for channels that exist now, gives up what waited too long, and logs refusals,
 * once a minute for each source. */
void notify_due(struct world *world, struct outbox *outbox);

/* Some notifications come from that nickname, so no user may have it. */
bool notify_owns_nick(const struct world *world, const char *nick);
