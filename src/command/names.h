/* Who is on a channel. */
#pragma once

#include "command/command.h"
#include "world/channel.h"

/* 353 and 366, when what was asked before is answered. */
void reply_names(struct call *call, const struct channel *channel);
