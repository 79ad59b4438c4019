/* Messages to a channel and to a user. */
#pragma once

#include "action/speech.h"

/* Send to the members with at least that rank, if the channel's modes allow it. NULL: they do; else
 * why not, which the caller has been told unless the speech is silent. */
const char *deliver_to_channel(struct speech *speech, struct channel *channel, uint32_t rank);

/* To the sender's own client alone, for a target that is no user. */
void deliver_echo(struct speech *speech, const char *target, const char *text);
void deliver_to_user(struct speech *speech, struct user *user);

/* User modes that block this message to a channel. */
uint32_t deaf_flags(const struct speech *speech);
