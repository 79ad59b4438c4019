/* Ranks that accounts have on registered channels, and the storing of these. */
#pragma once

#include "world/channel.h"
#include "world/outbox.h"
#include "world/world.h"

/* The member gets the rank that its account has. */
void channel_access_grant(struct world *world, struct outbox *outbox, struct member *member);
/* The user has logged in, or out: ranks that it has stay. */
void channel_access_logged_in(struct world *world, struct outbox *outbox, const struct user *user);
/* All members get their ranks. */
void channel_access_grant_all(struct world *world, struct outbox *outbox, struct channel *channel);
/* The member, whose account ends, loses all ranks, if the channel is registered. */
void channel_access_take(struct world *world, struct outbox *outbox, struct member *member);
/* All members lose the ranks that their accounts do not have. */
void channel_access_take_others(
	struct world *world, struct outbox *outbox, struct channel *channel);
/* The rows have just come: members who were on a channel before keep only ranks of their accounts.
 */
void channel_access_review(struct world *world, struct outbox *outbox);

/* Store the touched channels. */
void registered_channels_store(struct world *world, struct outbox *outbox);
