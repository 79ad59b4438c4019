/* Leaving channels. */
#pragma once

#include "action/command.h"
#include "world/channel.h"

/* The channel's modes decide how much of the reason is shown; NULL: none. */
void part(struct call *call, struct member *member, const char *reason);
/* Shows the whole reason: the caller has applied the modes, or the text is not the user's. */
void part_with(struct call *call, struct member *member, const char *reason);
void part_all(struct call *call);
