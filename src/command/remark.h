/* Texts that come with what a user does: the reason for leaving or kicking, that it is away. What
 * the modes and bans of a channel forbid to say, these must not say either. */
#pragma once

#include "command/speaking.h"
#include "world/fanout.h"

/* For somebody who is away and may not say why. */
#define AWAY_UNSAID "away"

/* What may be shown of the text on that channel: without colours where modes c or S are set.
 * NULL: nothing. The caller frees. */
char *remark_text(const struct utterance *utterance);
/* The same of a member's text, as most are; the text may be NULL. */
char *remark_of(struct call *call, struct member *member, const char *text);

/* Why somebody is away, to members of the channel; never NULL. The caller frees. */
char *remark_of_away(struct world *world, const struct member *member);

/* Begins the line with that text, NULL is none, and sets what the line needs. */
typedef void (*remark_begin_fn)(struct fanout *fanout, struct call *call, const char *text);

/* To each user who shares a channel with the caller, the most of the text that one of the common
 * channels lets through. */
void remark_to_neighbours(
	struct call *call, const char *text, bool is_state, remark_begin_fn begin);
