/* How long crypt(3) takes to check a hash, which its text says. See crypt(5). */
#pragma once

#include <stdbool.h>

/* Would checking a password against it take more than about a second, or 128 MiB? Also true of
 * costs that are malformed; false of texts without any. */
bool crypt_cost_is_too_high(const char *hash);
