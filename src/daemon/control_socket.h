/* The control socket of a papod that systemd gave none. */
#pragma once

/* Listen at the socket in the state directory, which is locked. 0, or a negative errno; without a
 * state directory there is none, and *ret_fd stays as it is. */
int control_socket_open(int backlog, int *ret_fd);
void control_socket_unlink(void);
