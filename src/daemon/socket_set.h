/* A set of sockets, which tells whether a descriptor is a copy of one of them. Filled first, then
 * sorted, then asked. All zero is an empty one. */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"

struct socket_set {
	struct buffer inodes;
};

void socket_set_done(struct socket_set *set);
void socket_set_add(struct socket_set *set, int fd);
void socket_set_sort(struct socket_set *set);
/* False if the kernel does not say which socket it is. */
bool socket_set_has(const struct socket_set *set, int fd);
