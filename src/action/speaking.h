/* May somebody speak on a channel, and who hears it? */
#pragma once

#include <stdbool.h>

#include "action/command.h"
#include "world/channel.h"

struct utterance {
	struct call *call;
	struct channel *channel;
	struct member *speaker; /* NULL: from outside */
	const char *text;	/* NULL: only tags */
	bool is_notice;
	bool is_for_operators; /* only operators of the channel get it; from outside: a knock */
	bool is_for_all;       /* never shown to operators alone, as messages are under mode U */
	bool is_state;	       /* as AWAY: modes d and x do not count it */
};

struct verdict {
	const char *refusal;	 /* for 404; NULL: it may be said */
	bool only_for_operators; /* mode U: they hear what others shall not */
};

/* An utterance that is allowed counts for modes d and x. */
struct verdict speaking_judge(const struct utterance *utterance);

/* A ban or quiet mutes the member, so it may not change names that the channel sees. */
bool speaking_is_muted(const struct call *call, const struct member *member);
/* The first channel that mutes the caller; NULL: none. */
const struct channel *speaking_find_muting(const struct call *call);
