/* Sockets of helpers on this machine: the resolver, the outside checker, papod-mail. */
#pragma once

#include <stddef.h>
#include <sys/un.h>

struct buffer;

/* 0, or -ENAMETOOLONG: a path that is cut would lead to another program. */
int unix_socket_address(const char *path, struct sockaddr_un *ret_address);

/* Returns a stream socket that does not block, or a negative errno. */
int unix_socket_connect(const char *path);
/* The same for one that listens, for its owner and the group, in place of a program that has ended.
 */
int unix_socket_listen(const char *path);
/* Send once, without waiting, and with the first byte a descriptor, which stays open here; -1:
 * without one. 0 or a negative errno. A packet is sent whole; of a stream, ret_sent says how much
 * was sent, which is NULL for packets. */
int unix_socket_pass(int fd, const struct buffer *bytes, int passed_fd, size_t *ret_sent);
/* Send what the kernel takes, and drop it from the buffer. 0, or a negative errno: the connection
 * is lost. */
int unix_socket_flush(int fd, struct buffer *out);
