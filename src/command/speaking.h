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
};

struct verdict {
	const char *refusal;	 /* for 404; NULL: it may be said */
	bool only_for_operators; /* mode U: they hear what others shall not */
};

/* An utterance that is allowed counts for modes d and x. */
struct verdict speaking_judge(const struct utterance *utterance);
