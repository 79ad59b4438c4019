/* What an import would add, and what is there. */
#pragma once

#include <sqlite3.h>

#include "base/buffer.h"
#include "proto/history_query.h"

struct archive_present;

/* Results of SQLite. */
int archive_present_new(sqlite3 *handle, struct archive_present **ret_present);
void archive_present_free(struct archive_present *present); /* NULL is allowed */
/* Append the answer to HISTORY_QUERY_PRESENT. */
int archive_present_read(
	struct archive_present *present, const struct history_query *query, struct buffer *out);
