/* MODE of a channel. */
#pragma once

#include "action/command.h"
#include "world/channel.h"

/* The mode string is in params[1] and up, if there is one. */
void mode_channel(struct call *call, struct channel *channel);

/* The same with the server as source, whatever the caller's rank. */
void mode_channel_forced(struct call *call, struct channel *channel);

/* Set a timed +b; an existing ban gets the new end. */
void mode_channel_ban(
	struct call *call, struct channel *channel, const char *mask, uint64_t duration_ms);
