/* The control socket as its callers see it. */
#pragma once

#define CONTROL_SOCKET_FILE "control.sock"

/* The environment variable with the name of an instance of the service. */
#define CONTROL_INSTANCE "PAPOD_INSTANCE"

/* In the state directory of a papod that was started by hand, otherwise the service's. */
char *control_path(void); /* the caller frees */

/* Connect to papod. 0, or a status of sysexits.h after a message that begins with the program's
 * name; the descriptor is the caller's to close. */
int control_caller_connect(const char *program, int *ret_fd);
