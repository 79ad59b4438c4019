/* Transactions of a connection that writes. Results are those of SQLite. */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>

int transaction_begin(sqlite3 *handle);
/* Commit if the result so far is SQLITE_OK; otherwise, or if that fails, undo everything. */
int transaction_end(sqlite3 *handle, int result);
/* Do the transactions from here on outlast a power failure, once they have ended? Those that do not
 * are lost whole, and none before them: the next one that does makes them last, too. */
int transaction_set_lasting(sqlite3 *handle, bool is_lasting);
/* Change nothing, but write: whether that works says whether a fault has ended. */
int transaction_probe(sqlite3 *handle);
