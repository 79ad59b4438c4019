/* Leaving channels. */
#pragma once

#include "command/command.h"
#include "world/channel.h"

/* The channel's modes decide how much of the reason is shown; NULL: none. */
void part(struct call *call, struct member *member, const char *reason);
/* A reason that is the server's, or has been through the modes. */
void part_with(struct call *call, struct member *member, const char *reason);
void part_all(struct call *call);
