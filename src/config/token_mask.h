/* Hiding the tokens of secrets.ini in recordings, which are shown to others. */
#pragma once

#include <stddef.h>

/* In place, in the text of a file. Each token becomes another one of the same length; equal ones
 * stay equal, and others stay different, so that a replay finds the same sources. */
void token_mask_text(char *text, size_t length);
