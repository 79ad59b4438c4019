/* Entering channels. */
#pragma once

#include "action/command.h"
#include "world/channel.h"

/* What who has come in is told of the channel. */
void join_welcome(struct call *call, const struct channel *channel);

/* The caller enters the channel of that name, which it may; nobody there: it founds it. */
void join_anyway(struct call *call, const char *name);
