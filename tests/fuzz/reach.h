/* Commands change no more than their rows say. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "command/commands.h"
#include "world/event.h"
#include "world/outbox.h"
#include "world/world.h"

struct reach {
	const struct command *command; /* whose line it is; NULL: nobody's */
	uint64_t session;
	struct world *without; /* to which the same time came, but not the line */
	struct outbox outbox;  /* what came of it there */
};

/* Before the event is dispatched in this world. */
void reach_begin(struct reach *reach, const struct world *world, const struct event *event);

/* After that: whether more is another than that session's own. */
bool reach_is_passed(
	const struct reach *reach, const struct world *after, const struct outbox *outbox);

void reach_end(struct reach *reach);
