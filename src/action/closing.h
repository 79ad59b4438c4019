/* How sessions and users leave. */
#pragma once

#include "world/event.h"
#include "world/outbox.h"
#include "world/world.h"

/* We close it: ERROR with the reason, then the end. Others see QUIT with the reason, if it
 * was its user's last session. */
void close_session(
	struct world *world, struct outbox *outbox, struct session *session, const char *reason);

/* The client sent QUIT with these words; NULL: without. Members of channels on which the user may
 * not speak do not get them. */
void close_session_as_asked(
	struct world *world, struct outbox *outbox, struct session *session, const char *words);

/* The same for a session without a user that may not become one; the log has it as refused. */
void refuse_session(
	struct world *world, struct outbox *outbox, struct session *session, const char *reason);

/* It has gone by itself. */
void drop_session(
	struct world *world, struct outbox *outbox, struct session *session, const char *reason);

/* All its sessions. */
void close_user(struct world *world, struct outbox *outbox, struct user *user, const char *reason);

/* The server stops: all of them, and nobody is told of the others. */
void close_everybody(struct world *world, struct outbox *outbox, const char *reason);

/* A connection that does not even become a session. */
void refuse_connection(
	struct world *world, struct outbox *outbox, const struct event *event, const char *reason);
