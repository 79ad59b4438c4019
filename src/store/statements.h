/* The prepared statements of the connection, and the changes that they make. */
#pragma once

#include <sqlite3.h>

#include "store/submission.h"

struct statements;

/* The handle must outlive them. A result of SQLite. */
int statements_new(sqlite3 *handle, struct statements **ret_statements);
void statements_free(struct statements *statements); /* NULL is allowed */

/* Inside a transaction. A result of SQLite other than SQLITE_OK: the whole transaction must be
 * rolled back. Otherwise submission->status and submission->id are set, and a request that could
 * not be stored has changed nothing. */
int statements_apply(struct statements *statements, struct submission *submission);

/* Was it applied, and is not forgotten? An error is a no. */
bool statements_find_request(struct statements *statements, const struct store_key *key);

/* Forget all but that many of the requests that were applied last. */
int statements_forget_requests(struct statements *statements, uint64_t most);
