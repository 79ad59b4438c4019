/* Becoming an operator of the server. */
#pragma once

#include "world/event.h"
#include "world/outbox.h"
#include "world/session.h"

/* The password was checked. */
void oper_verified(struct world *world, struct outbox *outbox, struct session *session,
	const struct event *event);

/* After a reload: is the user still an operator, with the same privileges? */
void oper_review(struct world *world, struct outbox *outbox, struct user *user);
