/* MODE of users. */
#pragma once

#include "command/command.h"
#include "world/user.h"

/* params[1] on are the mode string, if there is one. */
void mode_user(struct call *call, struct user *user);

/* Tell a user which of its modes are not what they were. */
void announce_user_modes(
	struct world *world, struct outbox *outbox, const struct user *user, uint32_t old_flags);
