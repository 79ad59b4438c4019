/* The part of SETNAME that other commands use. */
#pragma once

#include "action/command.h"

/* Send a client with the capability its own user, host and real name as others see them. IRCv3
 * whoami, a proposal. */
void setname_introduce(struct call *call);
