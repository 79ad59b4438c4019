/* Owns when two rows are the same: logs know seconds, and of most lines only the nickname. */
#include "store/archive_same.h"

#define SECOND_MS 1000

/* The plus keeps SQLite from putting the verb into the expression, which would not be that of the
 * index any more. */
const char archive_same_text[] =
	"SELECT count(*) FROM messages WHERE target = ?1 AND (verb > 2) = (?2 > 2)"
	" AND id >= ?3 AND id < ?4 AND +verb = ?2 AND text IS ?5"
	" AND (source = ?6 OR substr(source, 1, length(?6) + 1) = ?6 || '!')";

static int bind_same(sqlite3_stmt *statement, const struct history_row *row)
{
	const uint64_t second = (row->id >> HISTORY_COUNTER_BITS) / SECOND_MS;
	const sqlite3_int64 numbers[] = { row->target, row->verb,
		(sqlite3_int64) (second * SECOND_MS << HISTORY_COUNTER_BITS),
		(sqlite3_int64) ((second + 1) * SECOND_MS << HISTORY_COUNTER_BITS) };
	int result = SQLITE_OK;

	for (int i = 0; i < 4 && result == SQLITE_OK; i++)
		result = sqlite3_bind_int64(statement, i + 1, numbers[i]);
	if (result == SQLITE_OK && row->text.length)
		result = sqlite3_bind_text(
			statement, 5, row->text.bytes, (int) row->text.length, SQLITE_STATIC);
	if (result == SQLITE_OK)
		result = sqlite3_bind_text(
			statement, 6, row->source.bytes, (int) row->source.length, SQLITE_STATIC);
	return result;
}

int archive_same_count(sqlite3_stmt *statement, const struct history_row *row, int64_t *ret_n_rows)
{
	int result = bind_same(statement, row);

	if (result == SQLITE_OK)
		result = sqlite3_step(statement);
	*ret_n_rows = result == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
	(void) sqlite3_reset(statement);
	(void) sqlite3_clear_bindings(statement);
	return result == SQLITE_ROW ? SQLITE_OK : result;
}
