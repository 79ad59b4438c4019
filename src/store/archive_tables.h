/* Changes of the history's tables, without threads. All results are those of SQLite; the caller
 * begins and ends transactions. */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "proto/history_row.h"

#define ARCHIVE_INDEX_STEP 2000

struct archive_tables;

int archive_tables_new(sqlite3 *handle, struct archive_tables **ret_tables);
void archive_tables_free(struct archive_tables *tables); /* NULL is allowed */

/* Carry out one request. Removals of many rows are only noted: see archive_erasures.h. */
int archive_tables_apply(struct archive_tables *tables, const struct history_request *request);

/* Is the index to have trigrams? At first, no. Any thread may say so. */
void archive_tables_set_trigrams(struct archive_tables *tables, bool has_trigrams);
/* Begin the index anew if it is to be another one. SQLITE_DONE: it is as it is wanted. */
int archive_tables_adapt(struct archive_tables *tables);
/* Put so many messages into the index of words. SQLITE_DONE: all are there. */
int archive_tables_index(struct archive_tables *tables);
/* Words of removed messages stay in the file until their part of the index is rewritten. Do some of
 * that. SQLITE_DONE: no such words are left. */
int archive_tables_tidy(struct archive_tables *tables);
void archive_tables_tidy_anew(
	struct archive_tables *tables); /* the last transaction had no effect */
/* No such words are left in the log, either. */
int archive_tables_note_tidied(struct archive_tables *tables, uint64_t wall_ms);
/* When that was last done; needed: something was removed since. */
int archive_tables_tidied(
	struct archive_tables *tables, bool *ret_is_needed, uint64_t *ret_wall_ms);

/* The highest id there is; 0: none. */
int archive_tables_last_id(struct archive_tables *tables, uint64_t *ret_id);
