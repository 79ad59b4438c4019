/* The running server. */
#pragma once

#include "base/log.h"
#include "daemon/arguments.h"

/* Serve until told to stop. An exit status: EX_TEMPFAIL if the service manager shall start us
 * again. */
int server_run(const struct arguments *arguments, const struct log *log);
