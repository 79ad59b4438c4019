/* The limit of open files. */
#pragma once

#include <stdint.h>

#include "world/census.h"

/* Sent to a client when no descriptor is left for its connection. */
#define FILE_LIMIT_GOODBYE "ERROR :" CENSUS_FULL "\r\n"

/* Raise the limit as far as the administrator allows and return it; UINT64_MAX: unknown. It may
 * change at any time, see prlimit(1). */
uint64_t file_limit_raise(void);
