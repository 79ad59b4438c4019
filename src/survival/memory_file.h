/* Memory that outlives the process: files without a name, which the keeper has open too. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The size is sealed, so that another process with the file cannot truncate or extend it. Size 0:
 * not sealed, it may change. The caller owns the descriptor. Returns 0 or a negative errno. */
int memory_file_new(const char *name, size_t bytes, int *ret_fd);

bool memory_file_has_size(int fd, size_t bytes);

/* Map it shared, for reading and writing. NULL: see errno. */
void *memory_file_map(int fd, size_t bytes);

/* Into one that is not sealed: it has these bytes then, and no others. 0 or a negative errno. */
int memory_file_write(int fd, const void *bytes, size_t length);
/* Zero from here to there. The memory of whole pages goes back to the system. */
void memory_file_give_back(int fd, size_t from, size_t to);
