/* The running server. */
#pragma once

#include "base/log.h"
#include "daemon/arguments.h"

/* Serve until told to stop. Returns an exit status: EX_TEMPFAIL if the service manager must start
 * papod again. */
int server_run(const struct arguments *arguments, const struct log *log);
