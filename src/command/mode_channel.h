/* MODE of a channel. */
#pragma once

#include "command/command.h"
#include "world/channel.h"

/* params[1] on are the mode string, if there is one. */
void mode_channel(struct call *call, struct channel *channel);
