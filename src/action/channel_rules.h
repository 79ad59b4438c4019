/* May somebody say that on a channel? What its modes and bans say of it. */
#pragma once

#include <stdbool.h>

#include "action/speech.h"

/* Why the speaker may not say the text on the channel, for 404; NULL: it may, and that counts for
 * modes d and x. Mode U lets operators hear what others shall not: the rank becomes theirs. */
const char *channel_rules_refuse(struct speech *speech);

/* A ban or quiet mutes the member, so it may not change names that the channel sees. */
bool channel_rules_mute(const struct call *call, const struct member *member);
/* The first channel that mutes the caller; NULL: none. */
const struct channel *channel_rules_find_muting(const struct call *call);
