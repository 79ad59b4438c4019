/* Joining channels. */
#pragma once

#include "action/command.h"
#include "config/settings.h"
#include "world/channel.h"

/* Send a new member the topic and names of the channel. */
void join_welcome(struct call *call, const struct channel *channel);

/* Join the caller to the channel of that name without further checks; create it if there is
 * none. */
void join_anyway(struct call *call, const char *name);

/* Join a new user to the channels that its class names, as if it had sent JOIN. */
void join_automatically(struct call *call, const struct class_settings *class);
