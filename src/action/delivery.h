/* Messages to a channel and to a user. */
#pragma once

#include "action/speech.h"

/* To the members with at least that rank, if the channel's modes let the caller. */
void deliver_to_channel(struct speech *speech, struct channel *channel, uint32_t rank);

void deliver_to_user(struct speech *speech, struct user *user);
