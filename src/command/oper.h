/* Becoming an operator of the server. */
#pragma once

#include "world/event.h"
#include "world/outbox.h"
#include "world/session.h"

/* The answer to the check of the password. */
void oper_verified(struct world *world, struct outbox *outbox, struct session *session,
	const struct event *event);

/* No operator any more: its configuration is gone. */
void oper_dismiss(struct world *world, struct outbox *outbox, struct user *user);
