/* Owns reading at the start. */
#include "store/read_all.h"

#include "base/buffer.h"
#include "store/values.h"

#define AT_ID 0
#define AT_VERSION 1

/* The order is that of the primary key, so that no row must be sorted. */
static void put_selection(struct buffer *sql, const struct table *table)
{
	const char *joint = " ORDER BY ";

	buffer_format(sql, "SELECT %s, version", table->id ? table->id : "0");
	for (size_t i = 0; i < table->n_columns; i++)
		buffer_format(sql, ", %s", table->columns[i].name);
	buffer_format(sql, ", rest FROM %s", table->name);
	if (table->id) {
		buffer_format(sql, "%s%s", joint, table->id);
		joint = ", ";
	}
	for (size_t i = 0; i < table->n_columns; i++) {
		if (!table->columns[i].is_key)
			continue;
		buffer_format(sql, "%s%s", joint, table->columns[i].name);
		joint = ", ";
	}
}

static int read_rows(
	sqlite3_stmt *statement, enum store_table table, store_row_fn on_row, void *data)
{
	struct buffer bytes = { .is_secret = true };
	struct store_row row = { .table = table };
	int result;

	while ((result = sqlite3_step(statement)) == SQLITE_ROW) {
		buffer_clear(&bytes);
		if (!values_read(statement, table_get(table), &bytes)) {
			result = SQLITE_NOMEM;
			break;
		}
		row.id = (uint64_t) sqlite3_column_int64(statement, AT_ID);
		row.version = (uint64_t) sqlite3_column_int64(statement, AT_VERSION);
		row.bytes = buffer_text(&bytes);
		row.length = bytes.length;
		on_row(data, &row);
	}
	buffer_done(&bytes);
	return result == SQLITE_DONE ? SQLITE_OK : result;
}

static int read_rows_of_table(
	sqlite3 *handle, enum store_table table, store_row_fn on_row, void *data)
{
	struct buffer sql = { 0 };
	sqlite3_stmt *statement;
	int result;

	put_selection(&sql, table_get(table));
	result = sqlite3_prepare_v2(handle, buffer_text(&sql), -1, &statement, NULL);
	buffer_done(&sql);
	if (result != SQLITE_OK)
		return result;
	result = read_rows(statement, table, on_row, data);
	sqlite3_finalize(statement);
	return result;
}

int read_store_state(sqlite3 *handle, struct store_state *ret_state)
{
	sqlite3_stmt *statement;
	int result = sqlite3_prepare_v2(handle,
		"SELECT file, (SELECT max(sequence) FROM requests) FROM about", -1, &statement,
		NULL);

	if (result != SQLITE_OK)
		return result;
	result = sqlite3_step(statement);
	if (result == SQLITE_ROW) {
		ret_state->file = (uint64_t) sqlite3_column_int64(statement, 0);
		ret_state->n_stored = (uint64_t) sqlite3_column_int64(statement, 1);
	}
	sqlite3_finalize(statement);
	if (result == SQLITE_DONE)
		return SQLITE_CORRUPT;
	return result == SQLITE_ROW ? SQLITE_OK : result;
}

int read_all_rows(sqlite3 *handle, store_row_fn on_row, void *data)
{
	int result = SQLITE_OK;

	for (int i = 0; i < STORE_TABLES && result == SQLITE_OK; i++)
		result = read_rows_of_table(handle, (enum store_table) i, on_row, data);
	return result;
}
