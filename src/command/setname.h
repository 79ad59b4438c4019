/* SETNAME, as far as others need it. */
#pragma once

#include "action/command.h"

/* Tells a client who wants to know how others see it, user and host included.
 * IRCv3 whoami, a proposal. */
void setname_introduce(struct call *call);
