/* What was said about the messages of an answer later than all of them, such as reactions. IRCv3
 * chathistory, "context". */
#pragma once

#include <sqlite3.h>
#include <stdint.h>

#include "base/buffer.h"
#include "proto/history_query.h"

struct archive_context;

/* SQLITE_OK, or the problem. */
int archive_context_new(sqlite3 *handle, struct archive_context **ret_context);
void archive_context_free(struct archive_context *context); /* NULL is allowed */

/* Append what refers to another message among the next events behind that id, as the query asks
 * for. When the time is up, what was found counts. SQLITE_OK, or the problem. */
int archive_context_read(struct archive_context *context, const struct history_query *query,
	uint64_t last_id, struct buffer *out);
