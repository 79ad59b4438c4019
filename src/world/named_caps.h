/* The capabilities that papod.conf turns on and off, by name. */
#pragma once

#include "config/problem.h"
#include "config/settings.h"

/* Add a warning for each name that no capability has: another release may know it. */
void named_caps_check(const struct settings *settings, struct problems *problems);
