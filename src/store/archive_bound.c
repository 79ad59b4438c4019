/* Owns how a history stays small enough. Pages that are free do not count: they are used again. */
#include "store/archive_bound.h"

#include "store/archive_statements.h"
#include "store/archive_tables.h"

/* Some hundred kilobytes of rows, which are removed in a few steps. */
#define ROWS "999"

static const char used_text[] = "SELECT (page_count - freelist_count) * page_size"
				" FROM pragma_page_count, pragma_freelist_count, pragma_page_size";
static const char row_text[] =
	"SELECT id FROM messages NOT INDEXED ORDER BY id LIMIT 1 OFFSET " ROWS;

void archive_bound_set(struct archive_tables *tables, uint64_t most_bytes)
{
	atomic_store(&tables->most_bytes, most_bytes);
}

/* SQLITE_ROW, or SQLITE_DONE: there is none. */
static int read_one_number(sqlite3 *handle, const char *text, sqlite3_int64 *ret_number)
{
	sqlite3_stmt *statement = NULL;
	int result = sqlite3_prepare_v2(handle, text, -1, &statement, NULL);

	if (result == SQLITE_OK)
		result = sqlite3_step(statement);
	if (result == SQLITE_ROW)
		*ret_number = sqlite3_column_int64(statement, 0);
	(void) sqlite3_finalize(statement);
	return result;
}

int archive_bound_keep(struct archive_tables *tables)
{
	const uint64_t most_bytes = atomic_load(&tables->most_bytes);
	struct history_request expiry = { .kind = HISTORY_REQUEST_EXPIRE };
	sqlite3_int64 used = 0, id = 0;
	int result = most_bytes ? read_one_number(tables->handle, used_text, &used) : SQLITE_DONE;

	if (result == SQLITE_ROW && (uint64_t) used <= most_bytes)
		return SQLITE_DONE;
	if (result == SQLITE_ROW)
		result = read_one_number(tables->handle, row_text, &id);
	if (result != SQLITE_ROW)
		return result;
	expiry.number = (uint64_t) id + 1;
	return archive_tables_apply(tables, &expiry);
}
