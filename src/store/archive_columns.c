/* Owns the order of the columns. */
#include "store/archive_columns.h"

struct piece archive_piece_of(sqlite3_stmt *statement, int column)
{
	const void *bytes = sqlite3_column_blob(statement, column);

	return (struct piece){ bytes, (size_t) sqlite3_column_bytes(statement, column) };
}

struct history_row archive_row_of(sqlite3_stmt *statement)
{
	return (struct history_row){
		.id = (uint64_t) sqlite3_column_int64(statement, 0),
		.target = sqlite3_column_int64(statement, 1),
		.verb = (uint32_t) sqlite3_column_int64(statement, 2),
		.birth = (uint64_t) sqlite3_column_int64(statement, 3),
		.author = (uint64_t) sqlite3_column_int64(statement, 4),
		.source = archive_piece_of(statement, 5),
		.account = archive_piece_of(statement, 6),
		.text = archive_piece_of(statement, 7),
		.rest = archive_piece_of(statement, 8),
		.heard = (uint64_t) sqlite3_column_int64(statement, 9),
	};
}
