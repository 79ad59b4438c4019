/* Operators of the server: who may become one, and who stays one. */
#pragma once

#include "config/settings.h"
#include "world/outbox.h"
#include "world/session.h"
#include "world/world.h"

bool operator_host_matches(const struct operator_settings *oper, const struct session *session);
/* A password, a code or both. */
bool operator_needs_secret(const struct operator_settings *oper);
/* Why the session cannot be the operator with this name, for the log. NULL: only the password
 * remains to be checked, if the operator has one. */
const char *operator_refuses(
	const struct world *world, const struct session *session, const char *name);

/* The session is one now; other sessions of its user are not. */
void operator_begin(
	struct world *world, struct outbox *outbox, struct session *session, const char *name);
/* It gives up its powers, if it has any; the caller announces the modes. */
void operator_end(struct world *world, struct outbox *outbox, struct session *session);
/* A session of the user has ended: maybe it was the one with the powers. */
void operator_left(struct world *world, struct outbox *outbox, struct user *user);
/* The session has logged in or registered: it becomes an operator that needs no OPER. */
void operator_begin_by_itself(struct world *world, struct outbox *outbox, struct session *session);
/* After a reload, or with another account: are the user's sessions still operators, with the same
 * privileges? */
void operator_review(struct world *world, struct outbox *outbox, struct user *user);
