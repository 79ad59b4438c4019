/* Answers to REGISTER that come later. IRCv3 account-registration. */
#pragma once

#include "action/command.h"
#include "world/changes.h"
#include "world/event.h"

/* The verifier of the password was derived. */
void register_derived(struct call *call, const struct event *event);
/* The account is on the disk, or is not; the session may be gone. */
void register_stored(struct call *call, const struct change *change, enum stored status);
