/* The statements that change the history, prepared: for the files that know what they mean. All
 * results are those of SQLite. */
#pragma once

#include <sqlite3.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "proto/history_row.h"

enum archive_statement {
	STATEMENT_ADD,
	STATEMENT_CONVERSE,
	STATEMENT_UNINDEX,
	STATEMENT_REMOVE,
	STATEMENT_EDIT,
	STATEMENT_INDEX_ONE,
	STATEMENT_NOTE_ERASURE,
	STATEMENT_NOTE_ERASURES_OF_OWNER,
	STATEMENT_END_CONVERSATIONS_OF_OWNER,
	STATEMENT_END_CONVERSATIONS,
	STATEMENT_END_OLD_CONVERSATIONS,
	STATEMENT_NEXT_ERASURE,
	STATEMENT_END_ERASURE,
	STATEMENT_ADVANCE_ERASURE,
	STATEMENT_COUNT_BACK,
	STATEMENT_FIND_SURPLUS,
	STATEMENT_CHANGE_ERASURE,
	STATEMENT_FIND_OF_TARGET,
	STATEMENT_FIND_EVENTS_OF_TARGET,
	STATEMENT_FIND_OLD,
	STATEMENT_FIND_OF_AUTHOR,
	STATEMENT_NEXT_PRIVATE,
	STATEMENT_LOOK_AHEAD,
	STATEMENT_INDEX_FROM,
	STATEMENT_LAST_TO_INDEX,
	STATEMENT_INDEX,
	STATEMENT_NOTE_INDEXED,
	STATEMENT_NOTE_REMOVAL,
	STATEMENT_READ_TIDIED,
	STATEMENT_TIDY_BEGIN,
	STATEMENT_TIDY,
	STATEMENT_NOTE_TIDIED,
	STATEMENT_LAST_ID,
	STATEMENT_LAST_NUMBER,
	STATEMENT_LAST_IMPORTED,
	STATEMENT_COUNT_SAME,
	STATEMENT_FIND_ID,
};
#define STATEMENTS (STATEMENT_FIND_ID + 1)

struct archive_tables {
	sqlite3 *handle;
	bool is_tidying;
	atomic_bool is_trigram_wanted;
	atomic_uint_least64_t most_bytes; /* see archive_bound.h */
	int64_t last_number;		  /* that was given; gaps do no harm */
	int64_t last_imported;		  /* likewise: see archive_numbers.h */
	int bound; /* what binding the next statement's parameters has given so far */
	sqlite3_stmt *statements[STATEMENTS];
};

int archive_statements_prepare(struct archive_tables *tables);
void archive_statements_finalize(struct archive_tables *tables); /* also if some are missing */

sqlite3_stmt *archive_statement_of(struct archive_tables *tables, enum archive_statement which);

void archive_bind(
	struct archive_tables *tables, enum archive_statement which, int at, int64_t number);
/* What is empty is NULL. */
void archive_bind_piece(
	struct archive_tables *tables, enum archive_statement which, int at, struct piece piece);
void archive_bind_blob(
	struct archive_tables *tables, enum archive_statement which, int at, struct piece piece);

int archive_step(struct archive_tables *tables, enum archive_statement which);
/* Run a bound statement that returns no rows. */
int archive_run(struct archive_tables *tables, enum archive_statement which);
int archive_run_with(
	struct archive_tables *tables, enum archive_statement which, int64_t first, int64_t second);
/* The first column of the first row of a bound statement; 0: none. */
int archive_read_number(
	struct archive_tables *tables, enum archive_statement which, int64_t *ret_number);

/* LOOK_AHEAD or LAST_TO_INDEX: the last of the next rows; 0: there are none. */
int archive_look_ahead(struct archive_tables *tables, enum archive_statement which, int64_t from,
	int64_t n_rows, int64_t *ret_last);
int archive_remove_row(struct archive_tables *tables, int64_t id);
