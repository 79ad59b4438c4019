/* Owns the change of the index: an empty one takes its place, which the writer fills like that of a
 * new file. https://sqlite.org/fts5.html, "The Trigram Tokenizer". */
#include "store/archive_index.h"

#include <stddef.h>

static const char find_text[] = "SELECT instr(sql, '''trigram''') FROM sqlite_schema"
				" WHERE name = 'words'";

#define REPLACE(tokenizer)                                                                         \
	"DROP TABLE words;"                                                                        \
	"CREATE VIRTUAL TABLE words USING fts5 ("                                                  \
	" text, content = 'messages', content_rowid = 'number', detail = 'none', columnsize = 0,"  \
	" tokenize = '" tokenizer "');"                                                            \
	"UPDATE progress SET removals = 0, indexed ="                                              \
	" ifnull((SELECT min(number) - 1 FROM messages WHERE number < 0), 0)"

int archive_index_is_trigram(sqlite3 *handle, bool *ret_is_trigram)
{
	sqlite3_stmt *statement = NULL;
	int result = sqlite3_prepare_v2(handle, find_text, sizeof(find_text), &statement, NULL);

	if (result == SQLITE_OK)
		result = sqlite3_step(statement);
	if (result == SQLITE_ROW)
		*ret_is_trigram = sqlite3_column_int(statement, 0);
	(void) sqlite3_finalize(statement);
	if (result == SQLITE_DONE)
		return SQLITE_CORRUPT;
	return result == SQLITE_ROW ? SQLITE_OK : result;
}

int archive_index_replace(sqlite3 *handle, bool is_trigram)
{
	return sqlite3_exec(handle,
		is_trigram ? REPLACE("trigram") : REPLACE("unicode61 remove_diacritics 2"), NULL,
		NULL, NULL);
}
