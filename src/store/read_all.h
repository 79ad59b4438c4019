/* Reads all rows. */
#pragma once

#include <sqlite3.h>

#include "proto/store_row.h"

/* SQLITE_OK or an error, after which not all rows were read. */
int read_all_rows(sqlite3 *handle, store_row_fn on_row, void *data);
