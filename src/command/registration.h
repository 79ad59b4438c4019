/* From a connection to a user. */
#pragma once

#include "action/command.h"
#include "world/event.h"

/* A client has come. */
void registration_begin(struct world *world, struct outbox *outbox, const struct event *event);

/* Something registration may have waited for is there: go on if nothing is missing. */
void registration_continue(struct world *world, struct outbox *outbox, struct session *session);

/* Answers from outside. */
/* Where the session comes from is known, except for its name: what follows from that. */
void registration_place(struct world *world, struct outbox *outbox, struct session *session);
void registration_named(struct world *world, struct outbox *outbox, struct session *session,
	const struct event *event);
void registration_verified(struct world *world, struct outbox *outbox, struct session *session,
	const struct event *event);
