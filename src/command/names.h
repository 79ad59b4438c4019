/* NAMES: the members of a channel. */
#pragma once

#include "action/command.h"
#include "world/channel.h"

/* Send 353 and 366 after earlier answers; nothing to clients with IRCv3 no-implicit-names. */
void reply_names_unasked(struct call *call, const struct channel *channel);
