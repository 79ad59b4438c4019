/* The part of papod --apply that concerns papod-lookup, which asks name servers where
 * systemd-resolved does not run. */
#pragma once

#include "config/settings.h"

/* Start it, now and at each boot, if the settings need names and no program answers. It is not
 * stopped again: papods of other configurations may need it. An exit status. */
int apply_lookup(const struct settings *settings);
