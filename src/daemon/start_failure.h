/* A start that fails. */
#pragma once

#include "base/log.h"

/* Log what failed and why (NULL: `what` says it). Returns the exit status. */
int start_failure(const struct log *log, int status, const char *what, const char *why);
