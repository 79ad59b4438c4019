/* Checks of what is offered over HTTP. */
#pragma once

#include "config/draft.h"

/* Call after all sources: adds warnings. */
void web_checks_run(const struct draft *draft);
