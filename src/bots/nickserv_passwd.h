/* Changing the password of an account. */
#pragma once

#include "action/command.h"
#include "bots/bots.h"
#include "world/event.h"

/* The password is overwritten when its line has been handled. */
void nickserv_set_password(struct errand *errand, const char *password);
/* The verifier of the new password was derived. */
void passwd_derived(struct call *call, const struct event *event);
