/* Owns the statements that change the history.
 *
 * Only messages with a number up to progress.indexed are in the index of words, which must be told
 * the old text of each that changes or goes. */
#include "store/archive_tables.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/mem.h"

/* How much is done at once, so that a transaction takes milliseconds. */
#define ERASE_STEP 500
#define LOOK_STEP 20000
#define TARGETS_STEP 1000
#define TIDY_PAGES 64

enum archive_statement {
	STATEMENT_ADD,
	STATEMENT_CONVERSE,
	STATEMENT_UNINDEX,
	STATEMENT_REMOVE,
	STATEMENT_EDIT,
	STATEMENT_INDEX_ONE,
	STATEMENT_NOTE_ERASURE,
	STATEMENT_FIND_KEPT,
	STATEMENT_NOTE_ERASURES_OF_OWNER,
	STATEMENT_END_CONVERSATIONS_OF_OWNER,
	STATEMENT_END_CONVERSATIONS,
	STATEMENT_END_OLD_CONVERSATIONS,
	STATEMENT_NEXT_ERASURE,
	STATEMENT_END_ERASURE,
	STATEMENT_ADVANCE_ERASURE,
	STATEMENT_FIND_OF_TARGET,
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
};
#define STATEMENTS (STATEMENT_LAST_NUMBER + 1)

#define IS_INDEXED "number <= (SELECT indexed FROM progress)"
#define IS_ERASED(condition) "SELECT id FROM messages WHERE " condition " ORDER BY id LIMIT ?3"

static const char *const statement_texts[STATEMENTS] = {
	[STATEMENT_ADD] = "INSERT OR IGNORE INTO messages"
			  " (id, target, verb, birth, author, source, account, text, rest, heard,"
			  " number) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
	[STATEMENT_CONVERSE] = "INSERT INTO conversations (owner, target, last, name)"
			       " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (owner, target)"
			       " DO UPDATE SET last = ?3, name = ?4 WHERE last <= ?3",
	[STATEMENT_UNINDEX] = "INSERT INTO words (words, rowid, text)"
			      " SELECT 'delete', number, text FROM messages"
			      " WHERE id = ?1 AND " IS_INDEXED,
	[STATEMENT_REMOVE] = "DELETE FROM messages WHERE id = ?1",
	[STATEMENT_EDIT] = "UPDATE messages SET text = ?2 WHERE id = ?1",
	[STATEMENT_INDEX_ONE] = "INSERT INTO words (rowid, text) SELECT number, text FROM messages"
				" WHERE id = ?1 AND " IS_INDEXED,
	[STATEMENT_NOTE_ERASURE] = "INSERT INTO erasures (kind, target, number, done)"
				   " VALUES (?1, ?2, ?3, 0)",
	[STATEMENT_FIND_KEPT] = "SELECT id FROM messages WHERE target = ?1"
				" AND (verb > 2) = 0 ORDER BY id DESC LIMIT 1 OFFSET ?2",
	/* Conversations that no other account has. */
	[STATEMENT_NOTE_ERASURES_OF_OWNER] =
		"INSERT INTO erasures (kind, target, number, done)"
		" SELECT ?1, target, 0, 0 FROM conversations AS own WHERE owner = ?2 AND NOT EXISTS"
		" (SELECT 1 FROM conversations AS other"
		" WHERE other.target = own.target AND other.owner <> ?2)",
	[STATEMENT_END_CONVERSATIONS_OF_OWNER] = "DELETE FROM conversations WHERE owner = ?1",
	[STATEMENT_END_CONVERSATIONS] = "DELETE FROM conversations WHERE target = ?1",
	[STATEMENT_END_OLD_CONVERSATIONS] = "DELETE FROM conversations WHERE last < ?1",
	[STATEMENT_NEXT_ERASURE] = "SELECT sequence, kind, target, number, done FROM erasures"
				   " ORDER BY sequence LIMIT 1",
	[STATEMENT_END_ERASURE] = "DELETE FROM erasures WHERE sequence = ?1",
	[STATEMENT_ADVANCE_ERASURE] = "UPDATE erasures SET done = ?2 WHERE sequence = ?1",
	[STATEMENT_FIND_OF_TARGET] = "SELECT id FROM messages WHERE target = ?1"
				     " AND (verb > 2) IN (0, 1) AND id < ?2 LIMIT ?3",
	[STATEMENT_FIND_OLD] = IS_ERASED("?1 = ?1 AND id < ?2"),
	[STATEMENT_FIND_OF_AUTHOR] = IS_ERASED("author = ?1 AND id > ?4 AND id <= ?2"),
	[STATEMENT_NEXT_PRIVATE] = "SELECT min(target) FROM messages"
				   " WHERE target > ?1 AND target < 0",
	[STATEMENT_LOOK_AHEAD] = "SELECT max(id) FROM"
				 " (SELECT id FROM messages WHERE id > ?1 ORDER BY id LIMIT ?2)",
	[STATEMENT_INDEX_FROM] = "SELECT indexed FROM progress",
	[STATEMENT_LAST_TO_INDEX] = "SELECT max(number) FROM (SELECT number FROM messages"
				    " WHERE number > ?1 ORDER BY number LIMIT ?2)",
	[STATEMENT_INDEX] = "INSERT INTO words (rowid, text) SELECT number, text FROM messages"
			    " WHERE number > ?1 AND number <= ?2",
	[STATEMENT_NOTE_INDEXED] = "UPDATE progress SET indexed = ?1",
	[STATEMENT_NOTE_REMOVAL] = "UPDATE progress SET removals = removals + 1",
	[STATEMENT_READ_TIDIED] = "SELECT removals, tidied FROM progress",
	[STATEMENT_TIDY_BEGIN] = "INSERT INTO words (words, rank) VALUES ('merge', -?1)",
	[STATEMENT_TIDY] = "INSERT INTO words (words, rank) VALUES ('merge', ?1)",
	[STATEMENT_NOTE_TIDIED] = "UPDATE progress SET removals = 0, tidied = ?1",
	[STATEMENT_LAST_ID] = "SELECT max(id) FROM messages",
	/* A number that was indexed is never given again, even if its message is gone. */
	[STATEMENT_LAST_NUMBER] = "SELECT max(indexed, ifnull((SELECT number FROM messages"
				  " WHERE number IS NOT NULL ORDER BY number DESC LIMIT 1), 0))"
				  " FROM progress",
};

struct archive_tables {
	sqlite3 *handle;
	bool is_tidying;
	int64_t last_number; /* that was given; gaps do no harm */
	sqlite3_stmt *statements[STATEMENTS];
};

void archive_tables_free(struct archive_tables *tables)
{
	if (!tables)
		return;
	for (size_t i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(tables->statements[i]);
	free(tables);
}

static sqlite3_stmt *statement_of(struct archive_tables *tables, enum archive_statement which)
{
	return tables->statements[which];
}

static void bind_piece(sqlite3_stmt *statement, int at, struct piece piece)
{
	if (piece.length)
		(void) sqlite3_bind_text(
			statement, at, piece.bytes, (int) piece.length, SQLITE_STATIC);
}

/* Run a statement that returns no rows. */
static int run_statement(sqlite3_stmt *statement)
{
	int result = sqlite3_step(statement), reset;

	reset = sqlite3_reset(statement);
	(void) sqlite3_clear_bindings(statement);
	return result == SQLITE_DONE || result == SQLITE_ROW ? SQLITE_OK : reset;
}

static int run_with(
	struct archive_tables *tables, enum archive_statement which, int64_t first, int64_t second)
{
	sqlite3_stmt *statement = statement_of(tables, which);

	(void) sqlite3_bind_int64(statement, 1, first);
	if (sqlite3_bind_parameter_count(statement) > 1)
		(void) sqlite3_bind_int64(statement, 2, second);
	return run_statement(statement);
}

static int run_alone(struct archive_tables *tables, enum archive_statement which)
{
	return run_statement(statement_of(tables, which));
}

/* The first column of the first row of a bound statement; 0: none. */
static int read_first_number(sqlite3_stmt *statement, int64_t *ret_number)
{
	int result = sqlite3_step(statement), reset;

	*ret_number = result == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
	reset = sqlite3_reset(statement);
	return result == SQLITE_DONE || result == SQLITE_ROW ? SQLITE_OK : reset;
}

int archive_tables_new(sqlite3 *handle, struct archive_tables **ret_tables)
{
	struct archive_tables *tables = mem_new(sizeof(*tables));
	int result = SQLITE_OK;

	tables->handle = handle;
	for (size_t i = 0; i < STATEMENTS && result == SQLITE_OK; i++)
		result = sqlite3_prepare_v3(handle, statement_texts[i], -1,
			SQLITE_PREPARE_PERSISTENT, &tables->statements[i], NULL);
	if (result == SQLITE_OK)
		result = read_first_number(
			statement_of(tables, STATEMENT_LAST_NUMBER), &tables->last_number);
	if (result != SQLITE_OK) {
		archive_tables_free(tables);
		return result;
	}
	*ret_tables = tables;
	return SQLITE_OK;
}

static int note_conversation(struct archive_tables *tables, const struct history_row *row,
	const struct history_owner *owner)
{
	sqlite3_stmt *statement = statement_of(tables, STATEMENT_CONVERSE);

	if (!owner->account || !owner->name.length)
		return SQLITE_OK;
	(void) sqlite3_bind_int64(statement, 1, (sqlite3_int64) owner->account);
	(void) sqlite3_bind_int64(statement, 2, row->target);
	(void) sqlite3_bind_int64(statement, 3, (sqlite3_int64) row->id);
	bind_piece(statement, 4, owner->name);
	return run_statement(statement);
}

static int insert_row(struct archive_tables *tables, const struct history_row *row)
{
	sqlite3_stmt *statement = statement_of(tables, STATEMENT_ADD);

	(void) sqlite3_bind_int64(statement, 1, (sqlite3_int64) row->id);
	(void) sqlite3_bind_int64(statement, 2, row->target);
	(void) sqlite3_bind_int64(statement, 3, row->verb);
	(void) sqlite3_bind_int64(statement, 4, (sqlite3_int64) row->birth);
	if (row->author)
		(void) sqlite3_bind_int64(statement, 5, (sqlite3_int64) row->author);
	bind_piece(statement, 6, row->source);
	bind_piece(statement, 7, row->account);
	bind_piece(statement, 8, row->text);
	if (row->rest.length)
		(void) sqlite3_bind_blob(
			statement, 9, row->rest.bytes, (int) row->rest.length, SQLITE_STATIC);
	if (row->heard)
		(void) sqlite3_bind_int64(statement, 10, (sqlite3_int64) row->heard);
	if (row->verb <= HISTORY_LAST_MESSAGE_VERB)
		(void) sqlite3_bind_int64(statement, 11, ++tables->last_number);
	return run_statement(statement);
}

static int add_row(struct archive_tables *tables, const struct history_request *request)
{
	const struct history_row *row = &request->row;
	int result = insert_row(tables, row);

	for (size_t i = 0; i < ARRAY_LENGTH(request->owners) && result == SQLITE_OK; i++)
		result = note_conversation(tables, row, &request->owners[i]);
	return result;
}

static int remove_row(struct archive_tables *tables, int64_t id)
{
	int result = run_with(tables, STATEMENT_UNINDEX, id, 0);

	if (result == SQLITE_OK)
		result = run_with(tables, STATEMENT_REMOVE, id, 0);
	return result;
}

static int edit_row(struct archive_tables *tables, const struct history_row *row)
{
	sqlite3_stmt *statement = statement_of(tables, STATEMENT_EDIT);
	int64_t id = (int64_t) row->id;
	int result = run_with(tables, STATEMENT_UNINDEX, id, 0);

	if (result == SQLITE_OK) {
		(void) sqlite3_bind_int64(statement, 1, id);
		bind_piece(statement, 2, row->text);
		result = run_statement(statement);
	}
	if (result == SQLITE_OK)
		result = run_with(tables, STATEMENT_INDEX_ONE, id, 0);
	if (result == SQLITE_OK)
		result = run_alone(tables, STATEMENT_NOTE_REMOVAL);
	return result;
}

static int note_erasure(struct archive_tables *tables, enum history_request_kind kind,
	int64_t target, int64_t number)
{
	sqlite3_stmt *statement = statement_of(tables, STATEMENT_NOTE_ERASURE);

	(void) sqlite3_bind_int64(statement, 1, kind);
	(void) sqlite3_bind_int64(statement, 2, target);
	(void) sqlite3_bind_int64(statement, 3, number);
	return run_statement(statement);
}

static int note_surplus(struct archive_tables *tables, int64_t target, uint64_t kept)
{
	sqlite3_stmt *statement = statement_of(tables, STATEMENT_FIND_KEPT);
	int64_t id;
	int result;

	(void) sqlite3_bind_int64(statement, 1, target);
	(void) sqlite3_bind_int64(statement, 2, (sqlite3_int64) kept);
	result = read_first_number(statement, &id);
	if (result == SQLITE_OK && id)
		result = note_erasure(tables, HISTORY_REQUEST_TRIM, target, id + 1);
	return result;
}

static int forget_author(struct archive_tables *tables, int64_t account)
{
	int result =
		run_with(tables, STATEMENT_NOTE_ERASURES_OF_OWNER, HISTORY_REQUEST_ERASE, account);

	if (result == SQLITE_OK)
		result = run_with(tables, STATEMENT_END_CONVERSATIONS_OF_OWNER, account, 0);
	if (result == SQLITE_OK)
		result = note_erasure(tables, HISTORY_REQUEST_FORGET, 0, account);
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
	case HISTORY_REQUEST_REMOVE:
		result = remove_row(tables, (int64_t) row->id);
		return result == SQLITE_OK ? run_alone(tables, STATEMENT_NOTE_REMOVAL) : result;
	case HISTORY_REQUEST_EDIT:
		return edit_row(tables, row);
	case HISTORY_REQUEST_ERASE:
		result = run_with(tables, STATEMENT_END_CONVERSATIONS, row->target, 0);
		return result == SQLITE_OK ? note_erasure(tables, request->kind, row->target, 0)
					   : result;
	case HISTORY_REQUEST_TRIM:
		return note_erasure(tables, request->kind, row->target, number);
	case HISTORY_REQUEST_EXPIRE:
	case HISTORY_REQUEST_EXPIRE_PRIVATE:
		result = run_with(tables, STATEMENT_END_OLD_CONVERSATIONS, number, 0);
		return result == SQLITE_OK
			       ? note_erasure(tables, request->kind, row->target, number)
			       : result;
	case HISTORY_REQUEST_KEEP:
		return note_surplus(tables, row->target, request->number);
	case HISTORY_REQUEST_FORGET:
		return forget_author(tables, number);
	}
	return SQLITE_MISUSE;
}

/* Ids that were found, so that no statement reads what another one removes. */
struct found {
	int64_t ids[ERASE_STEP];
	size_t n;
};

/* First and second parameter are those of the statement. */
static int find_ids(sqlite3_stmt *statement, int64_t first, int64_t second, struct found *ret_found)
{
	int result;

	ret_found->n = 0;
	(void) sqlite3_bind_int64(statement, 1, first);
	(void) sqlite3_bind_int64(statement, 2, second);
	(void) sqlite3_bind_int64(statement, 3, ERASE_STEP);
	while ((result = sqlite3_step(statement)) == SQLITE_ROW && ret_found->n < ERASE_STEP)
		ret_found->ids[ret_found->n++] = sqlite3_column_int64(statement, 0);
	if (result == SQLITE_ROW || result == SQLITE_DONE)
		result = SQLITE_OK;
	(void) sqlite3_reset(statement);
	return result;
}

static int look_ahead(sqlite3_stmt *statement, int64_t from, int64_t n_rows, int64_t *ret_last)
{
	(void) sqlite3_bind_int64(statement, 1, from);
	(void) sqlite3_bind_int64(statement, 2, n_rows);
	return read_first_number(statement, ret_last);
}

struct erasure {
	int64_t sequence;
	int64_t kind;
	int64_t target;
	int64_t number;
	int64_t done;
};

/* No index leads to what an account wrote, so all rows are looked at. */
static int find_of_author(struct archive_tables *tables, const struct erasure *erasure,
	struct found *ret_found, bool *ret_is_over)
{
	sqlite3_stmt *statement = statement_of(tables, STATEMENT_FIND_OF_AUTHOR);
	int64_t last = 0;
	int result = look_ahead(
		statement_of(tables, STATEMENT_LOOK_AHEAD), erasure->done, LOOK_STEP, &last);

	ret_found->n = 0;
	*ret_is_over = !last;
	if (result != SQLITE_OK || !last)
		return result;
	(void) sqlite3_bind_int64(statement, 4, erasure->done);
	result = find_ids(statement, erasure->number, last, ret_found);
	if (ret_found->n == ERASE_STEP)
		last = ret_found->ids[ERASE_STEP - 1];
	if (result == SQLITE_OK)
		result = run_with(tables, STATEMENT_ADVANCE_ERASURE, erasure->sequence, last);
	return result;
}

static int read_next_private(struct archive_tables *tables, int64_t after, int64_t *ret_target)
{
	sqlite3_stmt *statement = statement_of(tables, STATEMENT_NEXT_PRIVATE);

	(void) sqlite3_bind_int64(statement, 1, after);
	return read_first_number(statement, ret_target);
}

/* Conversations of users are those with negative targets, and what was done are all up to one. */
static int find_private(struct archive_tables *tables, const struct erasure *erasure,
	struct found *ret_found, bool *ret_is_over)
{
	int64_t done = erasure->done ? erasure->done : INT64_MIN, target = 0;
	int result = SQLITE_OK;

	ret_found->n = 0;
	for (size_t i = 0; i < TARGETS_STEP && !ret_found->n && result == SQLITE_OK; i++) {
		result = read_next_private(tables, done, &target);
		*ret_is_over = !target;
		if (result != SQLITE_OK || !target)
			return result;
		result = find_ids(statement_of(tables, STATEMENT_FIND_OF_TARGET), target,
			erasure->number, ret_found);
		if (ret_found->n < ERASE_STEP)
			done = target;
	}
	if (result == SQLITE_OK)
		result = run_with(tables, STATEMENT_ADVANCE_ERASURE, erasure->sequence, done);
	return result;
}

static int find_erased(struct archive_tables *tables, const struct erasure *erasure,
	struct found *ret_found, bool *ret_is_over)
{
	bool is_old = erasure->kind == HISTORY_REQUEST_EXPIRE;
	int64_t before = erasure->kind == HISTORY_REQUEST_ERASE ? INT64_MAX : erasure->number;
	int result;

	if (erasure->kind == HISTORY_REQUEST_FORGET)
		return find_of_author(tables, erasure, ret_found, ret_is_over);
	if (erasure->kind == HISTORY_REQUEST_EXPIRE_PRIVATE)
		return find_private(tables, erasure, ret_found, ret_is_over);
	result = find_ids(
		statement_of(tables, is_old ? STATEMENT_FIND_OLD : STATEMENT_FIND_OF_TARGET),
		erasure->target, before, ret_found);
	*ret_is_over = ret_found->n < ERASE_STEP;
	return result;
}

static int read_erasure(struct archive_tables *tables, struct erasure *ret_erasure)
{
	sqlite3_stmt *statement = statement_of(tables, STATEMENT_NEXT_ERASURE);
	int result = sqlite3_step(statement);

	if (result == SQLITE_ROW)
		*ret_erasure = (struct erasure){
			.sequence = sqlite3_column_int64(statement, 0),
			.kind = sqlite3_column_int64(statement, 1),
			.target = sqlite3_column_int64(statement, 2),
			.number = sqlite3_column_int64(statement, 3),
			.done = sqlite3_column_int64(statement, 4),
		};
	(void) sqlite3_reset(statement);
	return result;
}

int archive_tables_erase(struct archive_tables *tables)
{
	struct erasure erasure;
	struct found found;
	bool is_over = false;
	int result = read_erasure(tables, &erasure);

	if (result != SQLITE_ROW)
		return result;
	result = find_erased(tables, &erasure, &found, &is_over);
	for (size_t i = 0; i < found.n && result == SQLITE_OK; i++)
		result = remove_row(tables, found.ids[i]);
	if (result == SQLITE_OK && found.n)
		result = run_alone(tables, STATEMENT_NOTE_REMOVAL);
	if (result == SQLITE_OK && is_over)
		result = run_with(tables, STATEMENT_END_ERASURE, erasure.sequence, 0);
	return result;
}

int archive_tables_index(struct archive_tables *tables)
{
	int64_t from, last = 0;
	int result = read_first_number(statement_of(tables, STATEMENT_INDEX_FROM), &from);

	if (result == SQLITE_OK)
		result = look_ahead(statement_of(tables, STATEMENT_LAST_TO_INDEX), from,
			ARCHIVE_INDEX_STEP, &last);
	if (result != SQLITE_OK || !last)
		return result == SQLITE_OK ? SQLITE_DONE : result;
	result = run_with(tables, STATEMENT_INDEX, from, last);
	if (result == SQLITE_OK)
		result = run_with(tables, STATEMENT_NOTE_INDEXED, last, 0);
	return result;
}

int archive_tables_tidied(struct archive_tables *tables, bool *ret_is_needed, uint64_t *ret_wall_ms)
{
	sqlite3_stmt *statement = statement_of(tables, STATEMENT_READ_TIDIED);
	int result = sqlite3_step(statement);

	*ret_is_needed = result == SQLITE_ROW && sqlite3_column_int64(statement, 0);
	*ret_wall_ms = result == SQLITE_ROW ? (uint64_t) sqlite3_column_int64(statement, 1) : 0;
	(void) sqlite3_reset(statement);
	return result == SQLITE_ROW ? SQLITE_OK : result;
}

/* https://sqlite.org/fts5.html, "The 'merge' Command": a negative number begins to merge all parts
 * of the index into one, positive ones go on. No changes besides its own: nothing is left. */
int archive_tables_tidy(struct archive_tables *tables, uint64_t wall_ms)
{
	int before = sqlite3_total_changes(tables->handle), result;

	result = run_with(
		tables, tables->is_tidying ? STATEMENT_TIDY : STATEMENT_TIDY_BEGIN, TIDY_PAGES, 0);
	tables->is_tidying = result == SQLITE_OK;
	if (result != SQLITE_OK || sqlite3_total_changes(tables->handle) - before >= 2)
		return result;
	tables->is_tidying = false;
	result = run_with(tables, STATEMENT_NOTE_TIDIED, (int64_t) wall_ms, 0);
	return result == SQLITE_OK ? SQLITE_DONE : result;
}

int archive_tables_last_id(struct archive_tables *tables, uint64_t *ret_id)
{
	int64_t id;
	int result = read_first_number(statement_of(tables, STATEMENT_LAST_ID), &id);

	*ret_id = (uint64_t) id;
	return result;
}
