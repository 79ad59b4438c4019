/* What one account wrote, wherever that was. */
#pragma once

#include <sqlite3.h>

#include "base/buffer.h"
#include "proto/history_query.h"

struct archive_author;

/* Results of SQLite. */
int archive_author_new(sqlite3 *handle, struct archive_author **ret_author);
void archive_author_free(struct archive_author *author); /* NULL is allowed */
/* Append the answer to HISTORY_QUERY_AUTHOR. */
int archive_author_read(
	struct archive_author *author, const struct history_query *query, struct buffer *out);
