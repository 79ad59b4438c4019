/* Telling of changed metadata those who subscribe to the key. IRCv3 metadata, "Notifications". */
#pragma once

#include "action/command.h"
#include "world/channel.h"
#include "world/fanout.h"

/* Whose metadata it is: a user's or a channel's. */
struct metadata_target {
	const char *name;
	struct user *user;	 /* NULL: a channel, or somebody who is not registered */
	struct channel *channel; /* NULL: a user */
};

/* The caller has set it; a value of NULL: removed. The caller itself is not told. */
void metadata_push(struct call *call, const struct metadata_target *target, const char *key,
	const char *value);

/* One of the user's entries, on its way to those for whom the user is new. */
void metadata_begin_entry(struct fanout *fanout, struct world *world, struct outbox *outbox,
	const struct user *user, size_t i);
/* A member that has come is new to others on the channel. */
void metadata_introduce(struct world *world, struct outbox *outbox, const struct member *member);
