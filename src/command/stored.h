/* What follows when a change has been stored or refused. */
#pragma once

#include "world/event.h"
#include "world/outbox.h"
#include "world/world.h"

/* All rows of a database are here. */
void rows_arrived(struct world *world, struct outbox *outbox);
/* EVENT_STORED: the rows of the change take effect, its session goes on, and is answered. */
void change_stored(struct world *world, struct outbox *outbox, const struct event *event);
