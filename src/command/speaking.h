/* May somebody speak on a channel, and who hears it? */
#pragma once

#include <stdbool.h>

#include "command/command.h"
#include "world/channel.h"

struct utterance {
	struct call *call;
	struct channel *channel;
	struct member *speaker; /* NULL: from outside */
	const char *text;	/* NULL: only tags */
	bool is_notice;
	bool is_for_operators; /* only operators of the channel get it; from outside: a knock */
	bool is_for_all;       /* it cannot be shown to operators alone, as a message could */
	bool is_state;	       /* seen until it changes, as AWAY: no line to modes d and x */
};

struct verdict {
	const char *refusal;	 /* for 404; NULL: it may be said */
	bool only_for_operators; /* mode U: they hear what others shall not */
};

/* An utterance that is allowed counts for modes d and x. */
struct verdict speaking_judge(const struct utterance *utterance);

/* A ban or quiet keeps the member silent. Its names are seen there, so it may not change them. */
bool speaking_is_muted(const struct call *call, const struct member *member);
/* The first channel of the caller's where it is so; NULL: none. */
const struct channel *speaking_find_muting(const struct call *call);
