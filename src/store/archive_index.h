/* What the index of words is made of: words, or all sequences of three characters. */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>

/* Results of SQLite. */
int archive_index_is_trigram(sqlite3 *handle, bool *ret_is_trigram);
/* Make an empty one, in the caller's transaction. */
int archive_index_replace(sqlite3 *handle, bool is_trigram);
