/* May a user send this text to a channel? The rules of modes and bans. */
#pragma once

#include <stdbool.h>

#include "action/speech.h"

/* Why the channel refuses the speaker's text, for 404; NULL: it does not, and the text counts for
 * modes d and x. Under mode U, operators receive refused texts: the speech's rank becomes
 * theirs. */
const char *channel_rules_refuse(struct speech *speech);

/* Is that why: a word of the channel's list? */
bool channel_rules_refused_word(const char *refusal);

/* A ban or quiet mutes the member, so it may not change names that the channel sees. */
bool channel_rules_mute(const struct call *call, const struct member *member);
/* The first channel that mutes the caller; NULL: none. */
const struct channel *channel_rules_find_muting(const struct call *call);
