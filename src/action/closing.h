/* How sessions and users leave. */
#pragma once

#include "world/event.h"
#include "world/outbox.h"
#include "world/world.h"

/* Close the session: send ERROR with the reason, then disconnect. If it was its user's last, others
 * see QUIT with the reason. */
void close_session(
	struct world *world, struct outbox *outbox, struct session *session, const char *reason);

/* The client sent QUIT with these words, NULL if without. Channels on which the user may not speak
 * do not see them. */
void close_session_as_asked(
	struct world *world, struct outbox *outbox, struct session *session, const char *words);

/* Close a session that has no user yet; the log reports it as refused. */
void refuse_session(
	struct world *world, struct outbox *outbox, struct session *session, const char *reason);

/* The connection was lost or closed by the client. */
void drop_session(
	struct world *world, struct outbox *outbox, struct session *session, const char *reason);

/* Close the other sessions of its user. */
void close_others(struct world *world, struct outbox *outbox, const struct session *session,
	const char *reason);
/* Close all sessions of the user, which leaves even if it is always on. */
void close_user(struct world *world, struct outbox *outbox, struct user *user, const char *reason);

/* The server stops: close all sessions, without QUIT lines. */
void close_everybody(struct world *world, struct outbox *outbox, const char *reason);

/* Refuse a connection before it becomes a session. */
void refuse_connection(
	struct world *world, struct outbox *outbox, const struct event *event, const char *reason);
