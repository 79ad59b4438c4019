/* papod-generator: turns listeners and certificates of papod.conf into drop-ins of papod.socket and
 * the units of papod-gate, and push.allow into one of papod-push. */
#pragma once

#include "config/problem.h"

/* Read the configuration (NULL: the default file) and write the drop-ins into that directory, or
 * nothing where the units are right as they are; and the same for each papod.conf of an instance,
 * in its directory beside that file. Failures are added to the problems. */
void generator_run(const char *config, const char *directory, struct problems *problems);
