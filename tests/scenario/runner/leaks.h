/* Counts what papod's own code allocates and does not free. The allocations of libraries are
 * theirs. Where one was made, ./dev asan tells. */
#pragma once

#include <stddef.h>

/* How many there are now. */
size_t leaks_count(void);
