/* Checks of the channels that options name. */
#pragma once

#include "config/draft.h"

/* Call after all sources. A class without auto_join gets that of the group channels. */
void channel_checks_run(const struct draft *draft);
