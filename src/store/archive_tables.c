/* Owns what each request changes.
 *
 * Only messages with a number up to progress.indexed are in the index of words, which must be told
 * the old text of each that changes or goes. */
#include "store/archive_tables.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "store/archive_index.h"
#include "store/archive_numbers.h"
#include "store/archive_same.h"
#include "store/archive_statements.h"

#define TIDY_PAGES 64 /* at once, so that a transaction takes milliseconds */

int archive_tables_new(sqlite3 *handle, struct archive_tables **ret_tables)
{
	struct archive_tables *tables = mem_new(sizeof(*tables));
	int result;

	tables->handle = handle;
	result = archive_statements_prepare(tables);
	if (result == SQLITE_OK)
		result = archive_read_number(tables, STATEMENT_LAST_NUMBER, &tables->last_number);
	if (result == SQLITE_OK)
		result = archive_read_number(
			tables, STATEMENT_LAST_IMPORTED, &tables->last_imported);
	if (result != SQLITE_OK) {
		archive_tables_free(tables);
		return result;
	}
	*ret_tables = tables;
	return SQLITE_OK;
}

void archive_tables_free(struct archive_tables *tables)
{
	if (!tables)
		return;
	archive_statements_finalize(tables);
	free(tables);
}

static int note_conversation(struct archive_tables *tables, const struct history_row *row,
	const struct history_owner *owner)
{
	if (!owner->account || !owner->name.length)
		return SQLITE_OK;
	archive_bind(tables, STATEMENT_CONVERSE, 1, (int64_t) owner->account);
	archive_bind(tables, STATEMENT_CONVERSE, 2, row->target);
	archive_bind(tables, STATEMENT_CONVERSE, 3, (int64_t) row->id);
	archive_bind_piece(tables, STATEMENT_CONVERSE, 4, owner->name);
	return archive_run(tables, STATEMENT_CONVERSE);
}

static int insert_row(
	struct archive_tables *tables, const struct history_row *row, int64_t *last_number)
{
	archive_bind(tables, STATEMENT_ADD, 1, (int64_t) row->id);
	archive_bind(tables, STATEMENT_ADD, 2, row->target);
	archive_bind(tables, STATEMENT_ADD, 3, row->verb);
	archive_bind(tables, STATEMENT_ADD, 4, (int64_t) row->birth);
	if (row->author)
		archive_bind(tables, STATEMENT_ADD, 5, (int64_t) row->author);
	archive_bind_piece(tables, STATEMENT_ADD, 6, row->source);
	archive_bind_piece(tables, STATEMENT_ADD, 7, row->account);
	archive_bind_piece(tables, STATEMENT_ADD, 8, row->text);
	archive_bind_blob(tables, STATEMENT_ADD, 9, row->rest);
	if (row->heard)
		archive_bind(tables, STATEMENT_ADD, 10, (int64_t) row->heard);
	if (row->verb <= HISTORY_LAST_MESSAGE_VERB)
		archive_bind(tables, STATEMENT_ADD, 11, ++*last_number);
	return archive_run(tables, STATEMENT_ADD);
}

static int add_row(struct archive_tables *tables, const struct history_request *request)
{
	const struct history_row *row = &request->row;
	int result = insert_row(tables, row, &tables->last_number);

	for (size_t i = 0; i < ARRAY_LENGTH(request->owners) && result == SQLITE_OK; i++)
		result = note_conversation(tables, row, &request->owners[i]);
	return result;
}

/* The id, or the next one that no row has. */
static int find_free_id(struct archive_tables *tables, uint64_t *id)
{
	int64_t taken;
	int result;

	for (;; ++*id) {
		archive_bind(tables, STATEMENT_FIND_ID, 1, (int64_t) *id);
		result = archive_read_number(tables, STATEMENT_FIND_ID, &taken);
		if (result != SQLITE_OK || !taken)
			return result;
	}
}

/* Its words are indexed at once, if those of lower numbers are. */
static int add_imported(struct archive_tables *tables, const struct history_request *request)
{
	struct history_row row = request->row;
	int64_t n_rows;
	int result = archive_same_count(
		archive_statement_of(tables, STATEMENT_COUNT_SAME), &row, &n_rows);

	if (result != SQLITE_OK || (uint64_t) n_rows > request->number)
		return result;
	result = find_free_id(tables, &row.id);
	if (!tables->last_imported)
		tables->last_imported = ARCHIVE_FIRST_IMPORTED;
	if (result == SQLITE_OK)
		result = insert_row(tables, &row, &tables->last_imported);
	if (result == SQLITE_OK)
		result = archive_run_with(tables, STATEMENT_INDEX_ONE, (int64_t) row.id, 0);
	return result;
}

static int edit_row(struct archive_tables *tables, const struct history_row *row)
{
	int64_t id = (int64_t) row->id;
	int result = archive_run_with(tables, STATEMENT_UNINDEX, id, 0);

	if (result == SQLITE_OK) {
		archive_bind(tables, STATEMENT_EDIT, 1, id);
		archive_bind_piece(tables, STATEMENT_EDIT, 2, row->text);
		result = archive_run(tables, STATEMENT_EDIT);
	}
	if (result == SQLITE_OK)
		result = archive_run_with(tables, STATEMENT_INDEX_ONE, id, 0);
	if (result == SQLITE_OK)
		result = archive_run(tables, STATEMENT_NOTE_REMOVAL);
	return result;
}

static int note_erasure(struct archive_tables *tables, enum history_request_kind kind,
	int64_t target, int64_t number)
{
	archive_bind(tables, STATEMENT_NOTE_ERASURE, 1, kind);
	archive_bind(tables, STATEMENT_NOTE_ERASURE, 2, target);
	archive_bind(tables, STATEMENT_NOTE_ERASURE, 3, number);
	return archive_run(tables, STATEMENT_NOTE_ERASURE);
}

/* What the account says from now on stays. */
static int forget_author(struct archive_tables *tables, int64_t account, int64_t last)
{
	int result;

	archive_bind(tables, STATEMENT_NOTE_ERASURES_OF_OWNER, 3, last + 1);
	result = archive_run_with(
		tables, STATEMENT_NOTE_ERASURES_OF_OWNER, HISTORY_REQUEST_TRIM, account);
	if (result == SQLITE_OK)
		result = archive_run_with(tables, STATEMENT_END_CONVERSATIONS_OF_OWNER, account, 0);
	if (result == SQLITE_OK)
		result = note_erasure(tables, HISTORY_REQUEST_FORGET, last, account);
	return result;
}

int archive_tables_apply(struct archive_tables *tables, const struct history_request *request)
{
	const struct history_row *row = &request->row;
	int64_t number = (int64_t) request->number;
	int result;

	switch (request->kind) {
	case HISTORY_REQUEST_ADD:
		return add_row(tables, request);
	case HISTORY_REQUEST_IMPORT:
		return add_imported(tables, request);
	case HISTORY_REQUEST_REMOVE:
		result = archive_remove_row(tables, (int64_t) row->id);
		return result == SQLITE_OK ? archive_run(tables, STATEMENT_NOTE_REMOVAL) : result;
	case HISTORY_REQUEST_EDIT:
		return edit_row(tables, row);
	case HISTORY_REQUEST_ERASE:
		result = archive_run_with(tables, STATEMENT_END_CONVERSATIONS, row->target, 0);
		return result == SQLITE_OK ? note_erasure(tables, request->kind, row->target, 0)
					   : result;
	case HISTORY_REQUEST_KEEP:
		result = note_erasure(tables, HISTORY_REQUEST_KEEP_EVENTS, row->target, number);
		return result == SQLITE_OK
			       ? note_erasure(tables, request->kind, row->target, number)
			       : result;
	case HISTORY_REQUEST_TRIM:
	case HISTORY_REQUEST_KEEP_EVENTS:
	case HISTORY_REQUEST_TRIM_EVENTS:
		return note_erasure(tables, request->kind, row->target, number);
	case HISTORY_REQUEST_EXPIRE:
	case HISTORY_REQUEST_EXPIRE_PRIVATE:
		result = archive_run_with(tables, STATEMENT_END_OLD_CONVERSATIONS, number, 0);
		return result == SQLITE_OK
			       ? note_erasure(tables, request->kind, row->target, number)
			       : result;
	case HISTORY_REQUEST_FORGET:
		return forget_author(tables, number, (int64_t) row->id);
	}
	return SQLITE_MISUSE;
}

void archive_tables_set_trigrams(struct archive_tables *tables, bool has_trigrams)
{
	atomic_store(&tables->is_trigram_wanted, has_trigrams);
}

int archive_tables_adapt(struct archive_tables *tables)
{
	bool is_wanted = atomic_load(&tables->is_trigram_wanted), is_trigram = false;
	int result = archive_index_is_trigram(tables->handle, &is_trigram);

	if (result == SQLITE_OK && is_trigram != is_wanted)
		result = archive_index_replace(tables->handle, is_wanted);
	return result == SQLITE_OK ? SQLITE_DONE : result;
}

int archive_tables_index(struct archive_tables *tables)
{
	int64_t from, last = 0;
	int result = archive_read_number(tables, STATEMENT_INDEX_FROM, &from);

	if (result == SQLITE_OK)
		result = archive_look_ahead(
			tables, STATEMENT_LAST_TO_INDEX, from, ARCHIVE_INDEX_STEP, &last);
	if (result != SQLITE_OK || !last)
		return result == SQLITE_OK ? SQLITE_DONE : result;
	result = archive_run_with(tables, STATEMENT_INDEX, from, last);
	if (result == SQLITE_OK)
		result = archive_run_with(tables, STATEMENT_NOTE_INDEXED, last, 0);
	return result;
}

int archive_tables_tidied(struct archive_tables *tables, bool *ret_is_needed, uint64_t *ret_wall_ms)
{
	sqlite3_stmt *statement = archive_statement_of(tables, STATEMENT_READ_TIDIED);
	int result = archive_step(tables, STATEMENT_READ_TIDIED);

	*ret_is_needed = result == SQLITE_ROW && sqlite3_column_int64(statement, 0);
	*ret_wall_ms = result == SQLITE_ROW ? (uint64_t) sqlite3_column_int64(statement, 1) : 0;
	(void) sqlite3_reset(statement);
	return result == SQLITE_ROW ? SQLITE_OK : result;
}

/* https://sqlite.org/fts5.html, "The 'merge' Command": a negative number begins to merge all parts
 * of the index into one, positive ones go on. No changes besides its own: nothing is left. */
int archive_tables_tidy(struct archive_tables *tables)
{
	int before = sqlite3_total_changes(tables->handle), result;

	result = archive_run_with(
		tables, tables->is_tidying ? STATEMENT_TIDY : STATEMENT_TIDY_BEGIN, TIDY_PAGES, 0);
	if (result == SQLITE_OK && sqlite3_total_changes(tables->handle) - before < 2)
		result = SQLITE_DONE;
	tables->is_tidying = result == SQLITE_OK;
	return result;
}

void archive_tables_tidy_anew(struct archive_tables *tables)
{
	tables->is_tidying = false;
}

int archive_tables_note_tidied(struct archive_tables *tables, uint64_t wall_ms)
{
	return archive_run_with(tables, STATEMENT_NOTE_TIDIED, (int64_t) wall_ms, 0);
}

int archive_tables_last_id(struct archive_tables *tables, uint64_t *ret_id)
{
	int64_t id;
	int result = archive_read_number(tables, STATEMENT_LAST_ID, &id);

	*ret_id = (uint64_t) id;
	return result;
}
