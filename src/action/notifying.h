/* Notifications: messages to channels that arrive in datagrams, not from clients. */
#pragma once

#include <stdbool.h>

#include "world/event.h"
#include "world/outbox.h"
#include "world/world.h"

/* The reason of a refusal that may be tried again later. */
#define NOTIFYING_TOO_MANY "too many messages, slow down"

/* EVENT_DATAGRAM: sends the messages that are allowed, and replies "ok", or "error: " with the
 * first reason of a refusal. */
void notify_channels(struct world *world, struct outbox *outbox, const struct event *event);

/* Send messages that waited for channels that exist now, give up those that waited too long, and
 * log refusals, once a minute for each source. */
void notify_due(struct world *world, struct outbox *outbox);

/* Some notifications come from that nickname, so no user may have it. */
bool notify_owns_nick(const struct world *world, const char *nick);
