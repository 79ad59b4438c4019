/* Taking a nickname from a user. */
#pragma once

#include "action/command.h"

/* The user gets the nickname of a guest, which is free and belongs to no account. */
void nick_release(struct world *world, struct outbox *outbox, struct user *user);
