/* Files in $STATE_DIRECTORY, where systemd lets the server keep things. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/* The path of a file there, the caller's to free; NULL: there is no such directory. */
char *state_directory_path(const char *name);

/* All or nothing, also if the machine stops meanwhile, and only for its owner to read. 0 or a
 * negative errno. */
int state_directory_write_file(const char *path, const void *bytes, size_t length);

/* The state directory is ours until the descriptor is closed, or we die. It may be there already,
 * from the program that was here before in the same process; else it is -1 before, and stays so
 * where there is no such directory. 0 or a negative errno: EAGAIN if another process has it. That
 * is *ret_holder; 0: not to be seen from here. */
int state_directory_lock(int *fd_of_lock, pid_t *ret_holder);
