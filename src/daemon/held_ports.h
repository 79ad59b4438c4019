/* The ports that another process listens on. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Does the process have a TCP socket that listens on that port of any address, or a UDP socket that
 * takes datagrams there? Also true if this process may not look. Requires root. */
bool held_ports_has(pid_t pid, uint16_t port, bool is_datagram);
