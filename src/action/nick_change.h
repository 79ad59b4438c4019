/* Changing nicknames. */
#pragma once

#include "action/command.h"

/* True: a channel that the caller is on does not let it change its nick, which it was told. */
bool nick_change_refused(struct call *call, const char *nick);
/* Give the caller the nick, which is valid and free, and notify all who may see the caller. */
void nick_change(struct call *call, const char *nick);
