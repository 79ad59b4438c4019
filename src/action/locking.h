/* The lockdown of the server, see world/lockdown.h. */
#pragma once

#include "action/actor.h"
#include "world/lockdown.h"

/* The reason is NULL or the operator's. */
void locking_begin(const struct actor *actor, enum lockdown_level level, uint64_t duration_ms,
	const char *reason);
void locking_end(const struct actor *actor);

/* True: the lockdown refuses the client as a new user, and it is closed. */
bool locking_refuses(struct world *world, struct outbox *outbox, struct session *session);
/* A new user has come: too many may begin a lockdown. */
void locking_note_arrival(struct world *world, struct outbox *outbox, const struct user *user);
/* Its time is over. */
void locking_tick(struct world *world, struct outbox *outbox);
