/* Texts of actions, such as the reasons of PART and KICK, and AWAY. The modes and bans of a channel
 * apply to them as to messages. */
#pragma once

#include "action/speech.h"

/* Replaces the AWAY text of a user who may not speak. */
#define AWAY_UNSAID "away"

/* The text as members of the channel may see it, without colours if mode c or S is set; NULL: they
 * may not. The caller frees. */
char *remark_text(struct speech *speech);
/* The same for a text of a member, which may be NULL. */
char *remark_of(struct call *call, struct member *member, const char *text);

/* The member's AWAY text as the channel may see it; never NULL. The caller frees. */
char *remark_of_away(struct world *world, const struct member *member);

/* Begins the line with that text, or without if NULL, and sets fanout.needs. */
typedef void (*remark_begin_fn)(struct fanout *fanout, struct call *call, const char *text);

/* Send the line to each user that shares a channel with the caller, with as much of the text as at
 * least one common channel allows. */
void remark_to_neighbours(
	struct call *call, const char *text, bool is_state, remark_begin_fn begin);
