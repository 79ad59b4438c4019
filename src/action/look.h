/* Clients ask for modes, bans, names and WHO of each channel that they join. Such a first look
 * costs nothing of the flood budget, and neither does the join, for as many channels as a user may
 * be in; ten minutes later for as many again. */
#pragma once

#include "action/command.h"
#include "world/channel.h"

/* The caller has become the member: its join and its first looks are free, if its allowance
 * lasts. */
void look_grant(struct call *call, struct member *member);

/* The caller looks at the channel; NULL: no such channel. Only a member's first look is free, and a
 * call is free only if all its looks are. */
void look_spend(struct call *call, const struct channel *channel, uint8_t look);
