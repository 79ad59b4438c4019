/* What clients send in batches. IRCv3 client-batch, multiline. */
#pragma once

#include "action/command.h"
#include "world/session.h"

/* True: the line is one of a batch, or claims to be, and has been dealt with. */
bool batch_takes(struct call *call);

/* The client has left its batch open for too long. */
void batch_expire(struct world *world, struct outbox *outbox, struct session *session);
