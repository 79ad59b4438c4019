/* Reads all rows, and what names their state. */
#pragma once

#include <sqlite3.h>

#include "proto/store_row.h"
#include "store/answer.h"

/* A result of SQLite. */
int read_store_state(sqlite3 *handle, struct store_state *ret_state);

/* SQLITE_OK or an error, after which not all rows were read. */
int read_all_rows(sqlite3 *handle, store_row_fn on_row, void *data);
