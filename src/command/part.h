/* Leaving channels. */
#pragma once

#include "command/command.h"
#include "world/channel.h"

void part(struct call *call, struct member *member, const char *reason); /* NULL: none */
void part_all(struct call *call);
