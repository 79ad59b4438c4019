/* Small operations on sockets. */
#pragma once

#include <stdbool.h>
#include <sys/socket.h>

#include "base/address.h"
#include "base/buffer.h"
#include "net/loop.h"

/* Write as much as the socket takes, and watch for room if more is left. False: it is lost. */
bool sockets_flush(int fd, struct loop_watch *watch, struct buffer *out);

/* False: it is of another family. */
bool sockets_address(const struct sockaddr *name, struct address *ret_address);
