/* Opens the file of the database: creates, checks and migrates it. This connection is the only one
 * that ever writes or checkpoints: it locks the file exclusively, because SQLite before 3.51.3 can
 * damage a file that two connections checkpoint or write at the same time. An exclusive lock also
 * needs no shared memory, whose file another process could truncate.
 *
 * papod must not open the file in another way, not even to read it: closing any descriptor of it
 * would release the lock (fcntl(2)). */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>

#include "store/fault.h"

/* False: the file was not changed. A file that does not exist is created, but not its directory.
 * With is_thorough, the whole file is checked for damage. */
bool database_open(const char *path, bool is_thorough, sqlite3 **ret_handle,
	struct store_problem *ret_problem);
