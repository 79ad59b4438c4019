/* Commands change no more than their rows say. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "command/commands.h"
#include "world/event.h"
#include "world/outbox.h"
#include "world/world.h"

struct reach {
	const struct command *command; /* of the line; NULL: none */
	uint64_t session;
	struct world *without; /* with the same time, but without the line */
	struct outbox outbox;  /* of that world */
};

/* Call before the event is dispatched in this world. */
void reach_begin(struct reach *reach, const struct world *world, const struct event *event);

/* Call after that: did more change than the session itself? */
bool reach_is_passed(
	const struct reach *reach, const struct world *after, const struct outbox *outbox);

void reach_end(struct reach *reach);
