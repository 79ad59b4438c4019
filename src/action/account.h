/* Which account a user is logged into. */
#pragma once

#include "world/outbox.h"
#include "world/world.h"

struct user;

/* Log the user in, or out if NULL, and notify users who see it. IRCv3 account-notify. */
void account_change(
	struct world *world, struct outbox *outbox, struct user *user, const char *account);
/* All accounts came in anew: log out users whose account is not among them. */
void account_log_out_strangers(struct world *world, struct outbox *outbox);
