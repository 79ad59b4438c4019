/* papod-generator: turns the list "listen" of papod.conf into a drop-in of papod.socket. */
#pragma once

#include "config/problem.h"

/* Read the configuration (NULL: the default file) and write what papod.socket shall listen at into
 * that directory; nothing if the configuration does not say. Whatever goes wrong is a problem. */
void generator_run(const char *config, const char *directory, struct problems *problems);
