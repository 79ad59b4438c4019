/* papod --apply: what papod.conf says comes into force, listeners included. */
#pragma once

#include "config/settings.h"

/* The settings are those of the files that the service reads, and good. Says on standard output and
 * error what was done. An exit status. */
int apply(const struct settings *settings);
