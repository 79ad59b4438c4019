/* The thread that writes. It commits the requests that are waiting in one transaction, moves the
 * log into the file when it has time, and makes backups. Until the thread has been joined, nothing
 * else may use the handle. */
#pragma once

#include <sqlite3.h>

#include "store/exchange.h"

struct writer;

/* Both must outlive the writer. */
int writer_new(sqlite3 *handle, struct exchange *exchange, uint64_t requests_remembered,
	struct writer **ret_writer);	 /* a result of SQLite */
void writer_free(struct writer *writer); /* NULL is allowed; after the join */
/* Before the start. */
bool writer_has(const struct writer *writer, const struct store_key *key);
int writer_start(struct writer *writer); /* 0 or a negative errno */
void writer_join(struct writer *writer); /* after exchange_stop() */
