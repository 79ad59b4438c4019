/* Counts what papod's own code allocates and does not free. Allocations of libraries do not count.
 * ./dev asan shows where a leak was allocated. */
#pragma once

#include <stddef.h>

/* The number of allocations that are not freed yet. */
size_t leaks_count(void);
