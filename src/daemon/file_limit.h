/* How many files this process may open. */
#pragma once

#include <stdint.h>

/* As many as the administrator allows; UINT64_MAX: nobody knows. The limit may change any time, see
 * prlimit(1). */
uint64_t file_limit_raise(void);
