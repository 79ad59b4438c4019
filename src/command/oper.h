/* Becoming an operator of the server. */
#pragma once

#include "world/event.h"
#include "world/outbox.h"
#include "world/session.h"

/* The answer to the check of the password. */
void oper_verified(struct world *world, struct outbox *outbox, struct session *session,
	const struct event *event);

/* There is a new configuration: is it still an operator, with the same privileges? */
void oper_review(struct world *world, struct outbox *outbox, struct user *user);
