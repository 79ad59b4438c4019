/* How many files this process may open. */
#pragma once

#include <stdint.h>

#include "world/census.h"

/* For a client that comes when no descriptor is left, and has no connection yet. */
#define FILE_LIMIT_GOODBYE "ERROR :" CENSUS_FULL "\r\n"

/* As many as the administrator allows; UINT64_MAX: nobody knows. The limit may change any time, see
 * prlimit(1). */
uint64_t file_limit_raise(void);
