/* MODE of a channel. */
#pragma once

#include "action/command.h"
#include "world/channel.h"

/* params[1] on are the mode string, if there is one. */
void mode_channel(struct call *call, struct channel *channel);

/* The same in the server's name, whatever the caller's rank is. */
void mode_channel_forced(struct call *call, struct channel *channel);

/* +b for a time; a ban that is there already gets the new end. */
void mode_channel_ban(
	struct call *call, struct channel *channel, const char *mask, uint64_t duration_ms);
