/* From a connection to a user. */
#pragma once

#include "action/command.h"
#include "world/event.h"

/* A client has connected. */
void registration_begin(struct world *world, struct outbox *outbox, const struct event *event);

/* Registration may have become complete: welcome the client if nothing is missing. */
void registration_continue(struct world *world, struct outbox *outbox, struct session *session);

/* Answers from outside. */
/* The session's address is known: apply limits and bans, and look up its name. */
void registration_place(struct world *world, struct outbox *outbox, struct session *session);
void registration_answered(struct world *world, struct outbox *outbox, struct session *session,
	const struct event *event);
void registration_verified(struct world *world, struct outbox *outbox, struct session *session,
	const struct event *event);

/* For a session that has become its user's: log it, and notify operators. */
void registration_tell(const struct call *call);
/* Send it everything from 001 to the MOTD. */
void registration_welcome(struct call *call);
