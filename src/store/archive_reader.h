/* Answers to questions about the history's tables, without threads. */
#pragma once

#include <sqlite3.h>
#include <stdint.h>

#include "base/buffer.h"
#include "proto/history_query.h"

struct archive_reader;

/* A result of SQLite. */
int archive_reader_new(sqlite3 *handle, struct archive_reader **ret_reader);
void archive_reader_free(struct archive_reader *reader); /* NULL is allowed */

/* Append the records of the answer, see history_query.h; nothing if it fails. After most_ms what
 * was found is the answer. */
int archive_reader_run(struct archive_reader *reader, const struct history_query *query,
	uint64_t most_ms, struct buffer *out);
