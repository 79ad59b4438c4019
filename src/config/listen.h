/* Conflicts between listeners. */
#pragma once

#include "config/draft.h"

/* Add an error for each listener that cannot be open beside an earlier one. */
void listen_check(const struct draft *draft);
