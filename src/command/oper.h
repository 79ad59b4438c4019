/* Becoming an operator of the server. */
#pragma once

#include "action/command.h"
#include "world/event.h"
#include "world/outbox.h"
#include "world/session.h"

/* The password was checked. */
void oper_verified(struct world *world, struct outbox *outbox, struct session *session,
	const struct event *event);
/* Its code is stored. */
void oper_code_stored(struct call *call);
/* The time has come to say that it was refused. */
void oper_refuse(struct call *call);
