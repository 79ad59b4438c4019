/* For somebody at a terminal who has never seen papod before. */
#pragma once

#include "base/buffer.h"

/* How to connect to the first of these listeners, as listeners_describe() has them, and how to
 * stop: whole lines. */
void hint_format(const char *listeners, struct buffer *out);
