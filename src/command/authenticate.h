/* Answers to AUTHENTICATE that come later. */
#pragma once

#include "action/command.h"
#include "world/event.h"

/* The message of a login was checked. */
void authenticate_checked(struct call *call, const struct event *event);
/* It is time to refuse it. */
void authenticate_refuse(struct call *call);
/* Registration ends in the middle of a login. */
void authenticate_abort(struct call *call);
