/* How often an address may try passwords of one account, and of operators. Other addresses are not
 * affected, so an account cannot be locked from elsewhere; and names without an account count like
 * others. */
#pragma once

#include <stdbool.h>

#include "world/session.h"
#include "world/world.h"

/* False: further passwords are refused unseen for a while. */
bool login_may_try(const struct world *world, const struct session *session, const char *name);
void login_count_failure(struct world *world, const struct session *session, const char *name);

/* The same for OPER, whatever the name. */
bool oper_may_try(const struct world *world, const struct session *session);
void oper_count_failure(struct world *world, const struct session *session);
