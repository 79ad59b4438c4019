/* A channel's topic. */
#pragma once

#include "action/command.h"
#include "world/channel.h"

/* 332 and 333, or nothing if there is none. */
void reply_topic(struct call *call, const struct channel *channel);
