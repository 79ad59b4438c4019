/* MODE of users. */
#pragma once

#include "action/command.h"
#include "world/user.h"

/* The mode string is in params[1] and up, if there is one. */
void mode_user(struct call *call, struct user *user);
