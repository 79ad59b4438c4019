/* How many are here. */
#pragma once

#include "command/command.h"

void reply_lusers(struct call *call);
