/* The powers of operators of the server belong to the client that sent OPER, and to no other client
 * of the same user: these have only shown the password of the account. Others see the user as the
 * operator that one of its clients is. */
#pragma once

#include <stdbool.h>

#include "world/session.h"
#include "world/world.h"

/* The name of the operator in the settings whose powers the client has. NULL: none, or there is no
 * session. */
static inline char *session_operator(const struct session *session)
{
	return session ? session_extras(session)->operator_name : NULL;
}

bool session_has_privilege(
	const struct world *world, const struct session *session, const char *privilege);
/* Has one of the user's clients the privilege? */
bool user_has_privilege(const struct world *world, const struct user *user, const char *privilege);

/* Give the client the powers of the operator; NULL: take them. */
void session_set_operator(struct world *world, struct session *session, const char *name);
/* A client of the user has come or gone. */
void operating_review(struct world *world, struct user *user);

/* A snapshot of an earlier release was loaded, where all clients of a user had its powers. */
void operating_share_all(struct world *world);
/* The first contradiction about the user, or NULL. */
const char *operating_check(const struct user *user);
