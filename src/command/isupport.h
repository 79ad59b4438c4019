/* What the server can do, told at registration: ISUPPORT (005) and the letters of 004. */
#pragma once

#include "base/buffer.h"
#include "command/command.h"

void reply_isupport(struct call *call);

/* It has changed: to everybody. */
void isupport_tell_casemapping(struct world *world, struct outbox *outbox);

/* All letters of user modes, of channel modes, and of channel modes with a parameter. */
void isupport_letters(struct buffer *user, struct buffer *channel, struct buffer *with_param);
