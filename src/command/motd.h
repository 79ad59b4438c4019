/* The message of the day. */
#pragma once

#include "action/command.h"

void reply_motd(struct call *call);
