/* Showing a channel's lists of masks. */
#pragma once

#include "action/command.h"
#include "world/channel.h"

void show_mode_list(struct call *call, const struct channel *channel, enum channel_list which);
