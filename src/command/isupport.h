/* What the server can do, told at registration: ISUPPORT (005) and the letters of 004. */
#pragma once

#include "base/buffer.h"
#include "command/command.h"

void reply_isupport(struct call *call);

/* One that has changed, or with a minus is no more: to everybody. */
void isupport_tell(struct world *world, struct outbox *outbox, const char *token);

/* All letters of user modes, of channel modes, and of channel modes with a parameter. */
void isupport_letters(struct buffer *user, struct buffer *channel, struct buffer *with_param);
