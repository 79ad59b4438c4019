/* Packets to papod. */
#pragma once

#include "base/buffer.h"

/* Send a message with a descriptor, which stays open here; -1: without one. 0 or a negative
 * errno. */
int packet_send(int link_fd, const struct buffer *packet, int fd);
