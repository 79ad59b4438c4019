/* papod-lookup: answers calls of io.systemd.Resolve until it is told to stop, or is idle. */
#pragma once

#include <stdint.h>

#include "base/log.h"

struct name_service_options {
	const char *listen; /* the path of its socket; NULL: systemd passes one */
	uint32_t threads;
	uint32_t timeout_ms;
	uint32_t idle_ms; /* without a connection, then it ends; 0: never */
};

int name_service_run(const struct name_service_options *options, const struct log *log);
