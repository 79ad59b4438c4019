/* What listeners ask of each other. */
#pragma once

#include "config/draft.h"

/* An error for each listener that needs the place of an earlier one. */
void listen_check(const struct draft *draft);
