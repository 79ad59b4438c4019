/* Files in $STATE_DIRECTORY, where systemd lets the server keep things. */
#pragma once

#include <stddef.h>

/* The path of a file there, the caller's to free; NULL: there is no such directory. */
char *state_path(const char *name);

/* All or nothing, also if the machine stops meanwhile, and only for its owner to read. 0 or a
 * negative errno. */
int state_write_file(const char *path, const void *bytes, size_t length);
