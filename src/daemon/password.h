/* Passwords and their hashes in the formats of crypt(5). */
#pragma once

#include <stdbool.h>

/* False: another password, or an unsupported hash. Takes long. */
bool password_matches(const char *password, const char *hash);

/* Can any password match the hash on this system? */
bool password_hash_is_known(const char *hash);

/* --hash-password: ask for a password on the terminal, twice, without echo; or read the first line
 * of standard input. Prints a yescrypt hash. Returns an exit status. */
int password_hash_command(void);
