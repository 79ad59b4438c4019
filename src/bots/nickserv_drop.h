/* Answers to DROP of NickServ that come later. */
#pragma once

#include "action/command.h"
#include "world/changes.h"

/* The end of the account is on the disk, or is not; the session may be gone. */
void nickserv_drop_stored(struct call *call, const struct change *change, int status);
