/* How operators remove users: from the server, and from a channel. */
#pragma once

#include "action/actor.h"
#include "proto/history_row.h"
#include "world/channel.h"
#include "world/fanout.h"

/* KILL: the user leaves, with all its clients. */
void expel_from_server(const struct actor *actor, struct user *user, const char *reason);

/* KICK by a user; NULL: by the server. Without a reason (NULL), the kicker's name is the reason. */
void expel_from_channel(const struct actor *actor, struct member *member, const char *reason);
/* The rest of it, once the line has begun: send and record the line, and remove the member. */
void expel_member(struct fanout *fanout, struct member *member, enum history_verb verb);
