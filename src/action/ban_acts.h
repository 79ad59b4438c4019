/* How operators on IRC and papoctl set and remove bans of the server. */
#pragma once

#include "action/actor.h"
#include "world/bans.h"

/* A ban that is wanted. */
struct ban_wish {
	enum ban_kind kind;
	char *mask;	      /* complete; owned, like the reason */
	char *reason;	      /* at most BAN_REASON_BYTES */
	uint64_t duration_ms; /* 0: permanent */
};

void ban_wish_done(struct ban_wish *wish);

/* The mask is a nickname, which stands for the address of its user. */
bool ban_mask_is_nick(enum ban_kind kind, const char *given);
/* The complete mask, the caller's to free; NULL: it is no mask, and *message says why. */
char *ban_acts_mask(
	const struct world *world, enum ban_kind kind, const char *given, struct buffer *message);
/* Without one (NULL or empty), a reason that says so; the caller frees. */
char *ban_acts_reason(const char *given);

/* Both append a sentence for the actor. False: refused. */
bool ban_acts_set(const struct actor *actor, const struct ban_wish *wish, struct buffer *message);
bool ban_acts_remove(
	const struct actor *actor, enum ban_kind kind, const char *mask, struct buffer *message);
