/* Users that stay without a client, see world/always_on.h. */
#pragma once

#include "action/command.h"

/* Accounts or settings have changed: users without a client that may not stay any more leave. 0:
 * those of all accounts. */
void staying_review(struct world *world, struct outbox *outbox, uint64_t account);
/* Those that no client of their owner has looked after for too long. */
void staying_expire(struct world *world, struct outbox *outbox);
