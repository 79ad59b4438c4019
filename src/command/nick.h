/* Another nickname. */
#pragma once

#include "action/command.h"

/* It is valid and nobody else's. Whoever may see the caller is told. */
void nick_change(struct call *call, const char *nick);
