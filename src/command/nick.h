/* Changing nicknames. */
#pragma once

#include "action/command.h"

/* Give the caller the nick, which is valid and free, and notify all who may see the caller. */
void nick_change(struct call *call, const char *nick);
