/* A line of a client: parsed, refused by the row of its command, or run and charged for. */
#pragma once

#include "world/event.h"
#include "world/outbox.h"
#include "world/world.h"

/* The event is an EVENT_LINE of that session. */
void client_line_arrived(struct world *world, struct outbox *outbox, struct session *session,
	const struct event *event);
