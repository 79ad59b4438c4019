/* The content of a row between its two forms: pack fields, and values of columns. */
#pragma once

#include <sqlite3.h>

#include "base/buffer.h"
#include "store/tables.h"

struct value {
	const char *text; /* of the row's bytes; NULL: missing */
	size_t length;
	uint64_t number;
	bool is_set;
};

struct values {
	struct value columns[TABLE_MOST_COLUMNS]; /* in the order of the table */
	struct buffer rest;			  /* fields without a column */
};

/* The texts stay in the row's bytes. False: the row is malformed. Call values_done() after both. */
bool values_parse(struct values *values, const struct table *table, const struct store_row *row);
void values_done(struct values *values);

/* Bind those that the statement uses: ?1 the id, ?2 the version, then the columns, then the rest.
 * The row and the values must outlive the statement's step. A result of SQLite. */
int values_bind(const struct values *values, sqlite3_stmt *statement, const struct table *table,
	sqlite3_int64 id, uint64_t version);

/* Append the fields of the row at which the statement stands, whose columns are in the same order.
 * False: memory is exhausted. */
bool values_read(sqlite3_stmt *statement, const struct table *table, struct buffer *out);
