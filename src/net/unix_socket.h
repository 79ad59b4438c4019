/* Sockets of helpers on this machine: the resolver, the outside checker, papod-mail. */
#pragma once

struct buffer;

/* Returns a stream socket that does not block, or a negative errno. */
int unix_socket_connect(const char *path);
/* The same for one that listens, for its owner and the group, in place of a program that has ended.
 */
int unix_socket_listen(const char *path);
/* Send what the kernel takes, and drop it from the buffer. 0, or a negative errno: the connection
 * is lost. */
int unix_socket_flush(int fd, struct buffer *out);
