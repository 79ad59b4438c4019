/* papod --apply: brings papod.conf into force, including listeners. */
#pragma once

#include "config/settings.h"

/* The settings are valid, from the files that the service of this instance (NULL: the first papod)
 * reads. Reports on standard output and error what was done. Returns an exit status. */
int apply(const struct settings *settings, const char *instance);
