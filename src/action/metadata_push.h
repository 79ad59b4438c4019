/* Sends changed metadata to subscribers of the key. IRCv3 metadata, "Notifications". */
#pragma once

#include "action/command.h"
#include "world/channel.h"
#include "world/fanout.h"

/* Whose metadata it is: a user's or a channel's. */
struct metadata_target {
	const char *name;
	struct user *user;	 /* NULL: a channel or an unregistered client */
	struct channel *channel; /* NULL: a user */
};

/* Send the caller's change to all subscribers but the caller. A value of NULL: removed. */
void metadata_push(struct call *call, const struct metadata_target *target, const char *key,
	const char *value);

/* Begin the line with one of the user's entries, for users to whom the user is new. */
void metadata_begin_entry(struct fanout *fanout, struct world *world, struct outbox *outbox,
	const struct user *user, size_t i);
/* Send a new member's metadata to the others on the channel. */
void metadata_introduce(struct world *world, struct outbox *outbox, const struct member *member);
