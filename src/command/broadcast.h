/* Messages to everybody, or to all from some hosts: for operators. */
#pragma once

#include <stdbool.h>

#include "command/command.h"

bool broadcast_is_mask(const char *target); /* "$$server" or "$#host" */
/* Say the command's text to them. Silent: refusals are not told. */
void broadcast(struct call *call, const char *mask, bool is_silent);
