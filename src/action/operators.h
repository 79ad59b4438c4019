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

/* May the session, which the user has or is about to get, have the powers of the user? The user is
 * no operator, or the session could become that operator without a password or code. */
bool operator_may_be_shared(
	const struct world *world, const struct session *session, const struct user *user);

/* The session's user is one now, or the session is sent why not: another session of the user would
 * become an operator with it. */
void operator_begin(
	struct world *world, struct outbox *outbox, struct session *session, const char *name);
/* The user has logged in or registered: it becomes an operator that needs no OPER. */
void operator_begin_by_itself(struct world *world, struct outbox *outbox, struct session *session);
/* After a reload, or with another account: is the user still an operator, with the same
 * privileges? */
void operator_review(struct world *world, struct outbox *outbox, struct user *user);
