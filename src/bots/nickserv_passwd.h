/* Answers to PASSWD that come later. */
#pragma once

#include "action/command.h"
#include "world/event.h"

/* The verifier of the new password was derived. */
void passwd_derived(struct call *call, const struct event *event);
