/* papod-generator: turns the list "listen" of papod.conf into a drop-in of papod.socket. */
#pragma once

#include "config/problem.h"

/* Read the configuration (NULL: the default file) and write the drop-in with the addresses into
 * that directory, or nothing if there is no list. Failures are added to the problems. */
void generator_run(const char *config, const char *directory, struct problems *problems);
