/* The allocations that were not freed yet. A test program fails if there are any at its end; a
 * child process may compare their number with that at its beginning. */
#pragma once

#include <stddef.h>

/* Waits a moment until there are not more than that. */
size_t leaks_count(size_t most);
