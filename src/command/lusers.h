/* How many are here. */
#pragma once

#include "action/command.h"

void reply_lusers(struct call *call);
