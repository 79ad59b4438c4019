/* The one socket that systemd passes to a helper, which a unit of its own has opened. */
#pragma once

#include "base/buffer.h"

/* A Unix stream socket that listens, and does not block. -1: there is none, and why says what to
 * do; unit is the name of its unit. */
int passed_socket_take(const char *unit, struct buffer *why);
