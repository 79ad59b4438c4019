/* Owns the way from an id to a number: halves are left out, since no index leads there, and a walk
 * along the ids would pass everything that was imported. */
#include "store/archive_numbers.h"

#include <stdlib.h>

#include "base/mem.h"

static const char last_text[] = "SELECT number FROM messages WHERE number > 0"
				" ORDER BY number DESC LIMIT 1";
static const char next_text[] = "SELECT number, id FROM messages WHERE number >= ?1"
				" ORDER BY number LIMIT 1";
static const char imported_text[] = "SELECT number FROM messages WHERE number < 0 LIMIT 1";

struct archive_numbers {
	sqlite3_stmt *last;
	sqlite3_stmt *next;
	sqlite3_stmt *imported;
};

static int prepare_numbers(sqlite3 *handle, const char *text, sqlite3_stmt **ret_statement)
{
	return sqlite3_prepare_v3(handle, text, -1, SQLITE_PREPARE_PERSISTENT, ret_statement, NULL);
}

int archive_numbers_new(sqlite3 *handle, struct archive_numbers **ret_numbers)
{
	struct archive_numbers *numbers = mem_new(sizeof(*numbers));
	int result = prepare_numbers(handle, last_text, &numbers->last);

	if (result == SQLITE_OK)
		result = prepare_numbers(handle, next_text, &numbers->next);
	if (result == SQLITE_OK)
		result = prepare_numbers(handle, imported_text, &numbers->imported);
	if (result != SQLITE_OK) {
		archive_numbers_free(numbers);
		return result;
	}
	*ret_numbers = numbers;
	return SQLITE_OK;
}

void archive_numbers_free(struct archive_numbers *numbers)
{
	if (!numbers)
		return;
	sqlite3_finalize(numbers->last);
	sqlite3_finalize(numbers->next);
	sqlite3_finalize(numbers->imported);
	free(numbers);
}

/* Values of the first row; 0 if there is none. */
static int read_numbers_row(sqlite3_stmt *statement, int64_t *ret_number, uint64_t *ret_id)
{
	int result = sqlite3_step(statement);

	*ret_number = result == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
	if (ret_id)
		*ret_id = result == SQLITE_ROW ? (uint64_t) sqlite3_column_int64(statement, 1) : 0;
	(void) sqlite3_reset(statement);
	return result == SQLITE_ROW || result == SQLITE_DONE ? SQLITE_OK : result;
}

int archive_numbers_behind(struct archive_numbers *numbers, uint64_t id, int64_t *ret_number)
{
	int64_t low = 1, high, number = 0;
	int result = read_numbers_row(numbers->last, &high, NULL);

	high++;
	while (result == SQLITE_OK && low < high) {
		int64_t middle = low + (high - low) / 2;
		uint64_t found = 0;

		result = sqlite3_bind_int64(numbers->next, 1, middle);
		if (result == SQLITE_OK)
			result = read_numbers_row(numbers->next, &number, &found);
		/* Without a row, the last messages have gone meanwhile. */
		if (!number || found > id)
			high = middle;
		else
			low = number + 1;
	}
	*ret_number = low;
	return result;
}

int archive_numbers_has_imported(struct archive_numbers *numbers, bool *ret_has)
{
	int64_t number;
	int result = read_numbers_row(numbers->imported, &number, NULL);

	*ret_has = number;
	return result;
}
