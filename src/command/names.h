/* Who is on a channel. */
#pragma once

#include "action/command.h"
#include "world/channel.h"

/* 353 and 366, when what was asked before is answered; nothing for those who do not want them.
 * IRCv3 no-implicit-names. */
void reply_names_unasked(struct call *call, const struct channel *channel);
