/* Opens the file of the database: creates, checks and migrates it. This connection is the only one
 * that ever writes or checkpoints, because SQLite before 3.51.3 can damage a file that two
 * connections checkpoint or write at the same time. Without readers, it locks the file exclusively:
 * that also needs no shared memory, whose file another process could truncate.
 *
 * papod must not open the file in another way, not even to read it: closing any descriptor of it
 * would release the lock (fcntl(2)). */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>

#include "store/fault.h"
#include "store/schema.h"

#define DATABASE_LOCKED_MS 2000 /* so long a connection waits for others */

struct database_options {
	const struct schema *schema;
	bool is_thorough; /* check the whole file for damage */
	bool has_readers; /* connections that only read may be opened beside it */
};

/* False: the file was not changed. A file that does not exist is created, but not its directory. */
bool database_open(const char *path, const struct database_options *options, sqlite3 **ret_handle,
	struct store_problem *ret_problem);
/* Another connection to a file that is open, which never writes or checkpoints. */
bool database_open_for_reading(
	const char *path, sqlite3 **ret_handle, struct store_problem *ret_problem);
