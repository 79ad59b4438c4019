/* Files in $STATE_DIRECTORY, which systemd provides for the server's state. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/* The path of a file there; the caller frees; NULL: no such directory. */
char *state_directory_path(const char *name);
/* The same in $RUNTIME_DIRECTORY, which is lost when the machine is restarted. */
char *runtime_directory_path(const char *name);

/* Write a file atomically, even if the machine crashes meanwhile, readable only by its owner. 0 or
 * a negative errno. */
int state_directory_write_file(const char *path, const void *bytes, size_t length);

/* Lock the state directory until the descriptor is closed or the process ends. *fd_of_lock may be
 * the descriptor from the previous program in the same process; otherwise it is -1, and stays -1
 * without a state directory. 0 or a negative errno: EAGAIN if another process, *ret_holder, has the
 * lock; 0: its pid is not visible here. */
int state_directory_lock(int *fd_of_lock, pid_t *ret_holder);
