/* papod --backup FILE: the caller of a running papod's control socket. */
#pragma once

/* Write a copy of the database to that file, in place of any other; "-": standard output. Prints
 * what went wrong. Returns an exit status. */
int backup_command(const char *name);
