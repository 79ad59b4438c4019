/* What entries of lists ask of each other, and of secrets.ini. */
#pragma once

#include "config/draft.h"

/* After all sources: errors, and warnings about what is of no use. Notifiers without a nickname
 * get their name for it. */
void list_checks_run(const struct draft *draft);
