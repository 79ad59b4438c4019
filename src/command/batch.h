/* Batches of clients. IRCv3 client-batch, multiline. */
#pragma once

#include "action/command.h"
#include "world/caps.h"
#include "world/session.h"

/* True: the line belongs to a batch, or claims to, and was handled. */
bool batch_takes_of_holder(struct call *call);
static inline bool batch_takes(struct call *call)
{
	const struct session *session = call->session;

	return (session->caps & CAP_MULTILINE || session_extras(session)->batch) &&
	       batch_takes_of_holder(call);
}

/* The client has left its batch open for too long. */
void batch_expire(struct world *world, struct outbox *outbox, struct session *session);
