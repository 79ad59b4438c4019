/* Owns the texts of the statements that change the history, and how they are run. */
#include "store/archive_statements.h"

#include "store/archive_same.h"

#define IS_INDEXED "number <= (SELECT indexed FROM progress)"
/* Messages or events. */
#define ROWS_BACK                                                                                  \
	"SELECT id FROM messages WHERE target = ?1 AND (verb > 2) = ?4 AND id < ?2"                \
	" ORDER BY id DESC LIMIT ?3"
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
	/* Conversations that no other account has. */
	[STATEMENT_NOTE_ERASURES_OF_OWNER] =
		"INSERT INTO erasures (kind, target, number, done)"
		" SELECT ?1, target, ?3, 0 FROM conversations AS own WHERE owner = ?2 AND NOT "
		"EXISTS"
		" (SELECT 1 FROM conversations AS other"
		" WHERE other.target = own.target AND other.owner <> ?2)",
	[STATEMENT_END_CONVERSATIONS_OF_OWNER] = "DELETE FROM conversations WHERE owner = ?1",
	[STATEMENT_END_CONVERSATIONS] = "DELETE FROM conversations WHERE target = ?1",
	[STATEMENT_END_OLD_CONVERSATIONS] = "DELETE FROM conversations WHERE last < ?1",
	[STATEMENT_NEXT_ERASURE] = "SELECT sequence, kind, target, number, done FROM erasures"
				   " ORDER BY sequence LIMIT 1",
	[STATEMENT_END_ERASURE] = "DELETE FROM erasures WHERE sequence = ?1",
	[STATEMENT_ADVANCE_ERASURE] = "UPDATE erasures SET done = ?2 WHERE sequence = ?1",
	[STATEMENT_COUNT_BACK] = "SELECT min(id), count(*) FROM (" ROWS_BACK ")",
	[STATEMENT_FIND_SURPLUS] = ROWS_BACK " OFFSET ?5",
	[STATEMENT_CHANGE_ERASURE] = "UPDATE erasures SET kind = ?2, number = ?3, done = ?4"
				     " WHERE sequence = ?1",
	[STATEMENT_FIND_OF_TARGET] = "SELECT id FROM messages WHERE target = ?1"
				     " AND (verb > 2) IN (0, 1) AND id < ?2 LIMIT ?3",
	[STATEMENT_FIND_EVENTS_OF_TARGET] = "SELECT id FROM messages WHERE target = ?1"
					    " AND (verb > 2) = 1 AND id < ?2 LIMIT ?3",
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
	[STATEMENT_LAST_IMPORTED] = "SELECT number FROM messages WHERE number < 0"
				    " ORDER BY number DESC LIMIT 1",
	[STATEMENT_COUNT_SAME] = archive_same_text,
	[STATEMENT_FIND_ID] = "SELECT id FROM messages WHERE id = ?1",
};

int archive_statements_prepare(struct archive_tables *tables)
{
	int result = SQLITE_OK;

	for (size_t i = 0; i < STATEMENTS && result == SQLITE_OK; i++)
		result = sqlite3_prepare_v3(tables->handle, statement_texts[i], -1,
			SQLITE_PREPARE_PERSISTENT, &tables->statements[i], NULL);
	return result;
}

void archive_statements_finalize(struct archive_tables *tables)
{
	for (size_t i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(tables->statements[i]);
}

sqlite3_stmt *archive_statement_of(struct archive_tables *tables, enum archive_statement which)
{
	return tables->statements[which];
}

static void note_bound(struct archive_tables *tables, int result)
{
	if (tables->bound == SQLITE_OK)
		tables->bound = result;
}

void archive_bind(
	struct archive_tables *tables, enum archive_statement which, int at, int64_t number)
{
	note_bound(tables, sqlite3_bind_int64(archive_statement_of(tables, which), at, number));
}

void archive_bind_piece(
	struct archive_tables *tables, enum archive_statement which, int at, struct piece piece)
{
	if (piece.length)
		note_bound(tables, sqlite3_bind_text(archive_statement_of(tables, which), at,
					   piece.bytes, (int) piece.length, SQLITE_STATIC));
}

void archive_bind_blob(
	struct archive_tables *tables, enum archive_statement which, int at, struct piece piece)
{
	if (piece.length)
		note_bound(tables, sqlite3_bind_blob(archive_statement_of(tables, which), at,
					   piece.bytes, (int) piece.length, SQLITE_STATIC));
}

/* A statement without one of its parameters would do something else. */
int archive_step(struct archive_tables *tables, enum archive_statement which)
{
	int bound = tables->bound;

	tables->bound = SQLITE_OK;
	return bound == SQLITE_OK ? sqlite3_step(archive_statement_of(tables, which)) : bound;
}

int archive_run(struct archive_tables *tables, enum archive_statement which)
{
	int result = archive_step(tables, which);

	(void) sqlite3_reset(archive_statement_of(tables, which));
	(void) sqlite3_clear_bindings(archive_statement_of(tables, which));
	return result == SQLITE_DONE || result == SQLITE_ROW ? SQLITE_OK : result;
}

int archive_run_with(
	struct archive_tables *tables, enum archive_statement which, int64_t first, int64_t second)
{
	archive_bind(tables, which, 1, first);
	if (sqlite3_bind_parameter_count(archive_statement_of(tables, which)) > 1)
		archive_bind(tables, which, 2, second);
	return archive_run(tables, which);
}

int archive_read_number(
	struct archive_tables *tables, enum archive_statement which, int64_t *ret_number)
{
	sqlite3_stmt *statement = archive_statement_of(tables, which);
	int result = archive_step(tables, which);

	*ret_number = result == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
	(void) sqlite3_reset(statement);
	return result == SQLITE_DONE || result == SQLITE_ROW ? SQLITE_OK : result;
}

int archive_look_ahead(struct archive_tables *tables, enum archive_statement which, int64_t from,
	int64_t n_rows, int64_t *ret_last)
{
	archive_bind(tables, which, 1, from);
	archive_bind(tables, which, 2, n_rows);
	return archive_read_number(tables, which, ret_last);
}

int archive_remove_row(struct archive_tables *tables, int64_t id)
{
	int result = archive_run_with(tables, STATEMENT_UNINDEX, id, 0);

	if (result == SQLITE_OK)
		result = archive_run_with(tables, STATEMENT_REMOVE, id, 0);
	return result;
}
