/* Taking a nickname from a user. */
#pragma once

#include "action/command.h"

/* The time of grace is over, see nick_owner.h. */
void nick_release_due(struct world *world, struct outbox *outbox, struct user *user);
/* The user gets the nickname of a guest, which is free and belongs to no account. */
void nick_release(struct world *world, struct outbox *outbox, struct user *user);
