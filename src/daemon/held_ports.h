/* Which ports another process listens at. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Whether the process has a TCP socket that listens at that port of some address; also true if this
 * process may not look. For root. */
bool held_ports_has(pid_t pid, uint16_t port);
