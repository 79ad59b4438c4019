/* Memory that outlives us: files without a name, which somebody else keeps open too. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Its size never changes: whoever else may get hold of it cannot cut off what is mapped, nor let it
 * grow. 0: of changing size, and not sealed. The descriptor is the caller's. 0 or a negative
 * errno. */
int memory_file_new(const char *name, size_t bytes, int *ret_fd);

bool memory_file_has_size(int fd, size_t bytes);

/* To read and write, shared with whoever else has it. NULL: see errno. */
void *memory_file_map(int fd, size_t bytes);

/* Into one that is not sealed: it has these bytes then, and no others. 0 or a negative errno. */
int memory_file_write(int fd, const void *bytes, size_t length);
/* Zero from here to there. The memory of whole pages goes back to the system. */
void memory_file_give_back(int fd, size_t from, size_t to);
