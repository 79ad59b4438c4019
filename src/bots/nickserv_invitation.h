/* Invitations to register an account: INVITATION of NickServ. */
#pragma once

#include "action/command.h"
#include "world/changes.h"
#include "world/event.h"

/* One was made, and then stored. */
void invitation_made(struct call *call, const struct event *event);
void invitation_stored(struct call *call, const struct change *change, int status);
