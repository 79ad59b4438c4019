/* MODE of users. */
#pragma once

#include "action/command.h"
#include "world/user.h"

/* params[1] on are the mode string, if there is one. */
void mode_user(struct call *call, struct user *user);
