/* Entering channels. */
#pragma once

#include "command/command.h"

/* The caller enters the channel of that name, which it may; nobody there: it founds it. */
void join_anyway(struct call *call, const char *name);
