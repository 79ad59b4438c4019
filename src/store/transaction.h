/* Transactions of a connection that writes. Results are those of SQLite. */
#pragma once

#include <sqlite3.h>

int transaction_begin(sqlite3 *handle);
/* Commit if the result so far is SQLITE_OK; otherwise, or if that fails, undo everything. */
int transaction_end(sqlite3 *handle, int result);
/* Change nothing, but write: whether that works says whether a fault has ended. */
int transaction_probe(sqlite3 *handle);
