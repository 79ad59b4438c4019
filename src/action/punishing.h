/* What filters do to users, beside refusing their texts. */
#pragma once

#include "action/command.h"
#include "world/channel.h"
#include "world/filters.h"

/* Why a filter has refused something. */
const char *filter_reason(const struct filter *filter);

/* Each: false if that cannot be done, for example because the client has no address. */

/* The server does not read from the client for a while. */
bool punish_slow(struct call *call, const struct filter *filter);
/* Ban or mute the address of the client. */
bool punish_address(struct call *call, const struct filter *filter, enum ban_kind kind);
/* Kick the caller from the channel, which may end. */
bool punish_kick(struct call *call, const struct filter *filter, const struct channel *channel);
