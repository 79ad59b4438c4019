/* Passwords and their hashes, as crypt(5) has them. */
#pragma once

#include <stdbool.h>

/* False: not that password, or a hash that this system cannot compute. Takes long. */
bool password_matches(const char *password, const char *hash);

/* --hash-password: ask for a password on the terminal, twice, without showing it; or take
 * the first line of standard input. Prints a yescrypt hash. Returns an exit status. */
int password_hash_command(void);
