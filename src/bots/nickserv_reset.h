/* Answers to SETPASS of NickServ that come later. */
#pragma once

#include "action/command.h"
#include "world/event.h"

/* The code was checked, and the verifier of the new password derived. */
void setpass_derived(struct call *call, const struct event *event);
/* The code was wrong, and it is time to say so. */
void setpass_refuse(struct call *call);
