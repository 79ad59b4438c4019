/* What operators do in the name of others. */
#pragma once

#include "action/command.h"

/* The log and the other operators are told of the command and all its parameters. */
void force_tell(const struct call *call);
