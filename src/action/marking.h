/* The way of marks of accounts to the database, see world/account_marks.h. */
#pragma once

#include <stdbool.h>

#include "world/changes.h"
#include "world/outbox.h"
#include "world/world.h"

/* Store what is due; at the end of the server, all. */
void marks_tick(struct world *world, struct outbox *outbox);
void marks_store(struct world *world, struct outbox *outbox);
/* A change of kind CHANGE_KIND_MARKS_SAVED is over. */
void marks_stored(struct world *world, const struct change *change, bool is_stored);
