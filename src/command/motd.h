/* The message of the day. */
#pragma once

#include "command/command.h"

void reply_motd(struct call *call);
