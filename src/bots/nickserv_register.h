/* Answers to REGISTER of NickServ that come later. */
#pragma once

#include "action/command.h"
#include "world/changes.h"
#include "world/event.h"

/* The verifier of the password was derived. */
void nickserv_register_derived(struct call *call, const struct event *event);
/* The account is on the disk, or is not; the session may be gone. */
void nickserv_register_stored(struct call *call, const struct change *change, int status);
