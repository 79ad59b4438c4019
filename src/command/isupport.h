/* What the server can do, told at registration: ISUPPORT (005) and the letters of 004. */
#pragma once

#include "base/buffer.h"
#include "command/command.h"

void reply_isupport(struct call *call);

/* All tokens with spaces between them, to be compared later; the caller frees. */
char *isupport_text(const struct world *world);
/* What has changed since that was the text, to everybody: also what is no more. */
void isupport_tell_changes(struct world *world, struct outbox *outbox, const char *old_text);

/* All letters of user modes, of channel modes, and of channel modes with a parameter. */
void isupport_letters(struct buffer *user, struct buffer *channel, struct buffer *with_param);
