/* Rows that say the same as another one, which an import must not add again. */
#pragma once

#include <sqlite3.h>
#include <stdint.h>

#include "proto/history_row.h"

/* To be prepared. */
extern const char archive_same_text[];

/* How many rows of the same conversation have the verb, the text and the nickname of this one, in
 * the second that its id begins in. A result of SQLite. */
int archive_same_count(sqlite3_stmt *statement, const struct history_row *row, int64_t *ret_n_rows);
