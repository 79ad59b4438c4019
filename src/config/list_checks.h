/* Checks of list entries against each other and secrets.ini. */
#pragma once

#include "config/draft.h"

/* Call after all sources: adds errors, and warnings about useless entries. A notifier without a
 * nickname gets its name as nickname. */
void list_checks_run(const struct draft *draft);
