/* A hint for a user who starts papod in a terminal for the first time. */
#pragma once

#include "base/buffer.h"

/* How to connect to the first of these listeners, in the form of listeners_describe(), and how to
 * stop: complete lines. */
void hint_format(const char *listeners, struct buffer *out);
void hint_print(const char *listeners); /* to standard error */
