/* Owns which rows go, and the progress of their removal, which is in the file, too. */
#include "store/archive_erasures.h"

#include "store/archive_statements.h"

/* How much is done at once, so that a transaction takes milliseconds. */
#define ERASE_STEP 500
#define LOOK_STEP 20000
#define TARGETS_STEP 1000

/* Ids that were found, so that no statement reads what another one removes. */
struct found {
	int64_t ids[ERASE_STEP];
	size_t n;
};

/* First and second parameter are those of the statement. */
static int find_ids(struct archive_tables *tables, enum archive_statement which, int64_t first,
	int64_t second, struct found *ret_found)
{
	sqlite3_stmt *statement = archive_statement_of(tables, which);
	int result;

	ret_found->n = 0;
	archive_bind(tables, which, 1, first);
	archive_bind(tables, which, 2, second);
	archive_bind(tables, which, 3, ERASE_STEP);
	while ((result = archive_step(tables, which)) == SQLITE_ROW && ret_found->n < ERASE_STEP)
		ret_found->ids[ret_found->n++] = sqlite3_column_int64(statement, 0);
	if (result == SQLITE_ROW || result == SQLITE_DONE)
		result = SQLITE_OK;
	(void) sqlite3_reset(statement);
	return result;
}

struct erasure {
	int64_t sequence;
	int64_t kind;
	int64_t target;
	int64_t number;
	int64_t done;
};

/* No index leads to what an account wrote, so all rows are looked at, up to the id that is the
 * target of the erasure. */
static int find_of_author(struct archive_tables *tables, const struct erasure *erasure,
	struct found *ret_found, bool *ret_is_over)
{
	int64_t last = 0;
	int result =
		archive_look_ahead(tables, STATEMENT_LOOK_AHEAD, erasure->done, LOOK_STEP, &last);

	ret_found->n = 0;
	*ret_is_over = !last;
	if (result != SQLITE_OK || !last)
		return result;
	if (last > erasure->target)
		last = erasure->target;
	archive_bind(tables, STATEMENT_FIND_OF_AUTHOR, 4, erasure->done);
	result = find_ids(tables, STATEMENT_FIND_OF_AUTHOR, erasure->number, last, ret_found);
	if (ret_found->n == ERASE_STEP)
		last = ret_found->ids[ERASE_STEP - 1];
	else
		*ret_is_over = last == erasure->target;
	if (result == SQLITE_OK)
		result = archive_run_with(
			tables, STATEMENT_ADVANCE_ERASURE, erasure->sequence, last);
	return result;
}

static int read_next_private(struct archive_tables *tables, int64_t after, int64_t *ret_target)
{
	archive_bind(tables, STATEMENT_NEXT_PRIVATE, 1, after);
	return archive_read_number(tables, STATEMENT_NEXT_PRIVATE, ret_target);
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
		result = find_ids(
			tables, STATEMENT_FIND_OF_TARGET, target, erasure->number, ret_found);
		if (ret_found->n < ERASE_STEP)
			done = target;
	}
	if (result == SQLITE_OK)
		result = archive_run_with(
			tables, STATEMENT_ADVANCE_ERASURE, erasure->sequence, done);
	return result;
}

static int change_erasure(struct archive_tables *tables, const struct erasure *erasure,
	enum history_request_kind kind, int64_t number, int64_t done)
{
	archive_bind(tables, STATEMENT_CHANGE_ERASURE, 1, erasure->sequence);
	archive_bind(tables, STATEMENT_CHANGE_ERASURE, 2, kind);
	archive_bind(tables, STATEMENT_CHANGE_ERASURE, 3, number);
	archive_bind(tables, STATEMENT_CHANGE_ERASURE, 4, done);
	return archive_run(tables, STATEMENT_CHANGE_ERASURE);
}

static bool is_about_events(const struct erasure *erasure)
{
	return erasure->kind == HISTORY_REQUEST_KEEP_EVENTS ||
	       erasure->kind == HISTORY_REQUEST_TRIM_EVENTS;
}

static void bind_rows_back(
	struct archive_tables *tables, enum archive_statement which, const struct erasure *erasure)
{
	archive_bind(tables, which, 1, erasure->target);
	archive_bind(tables, which, 2, erasure->done ? erasure->done : INT64_MAX);
	archive_bind(tables, which, 3, LOOK_STEP);
	archive_bind(tables, which, 4, is_about_events(erasure));
}

/* The next rows back from what was counted. */
struct counted {
	int64_t first;
	int64_t n;
};

static int count_back(
	struct archive_tables *tables, const struct erasure *erasure, struct counted *ret_counted)
{
	sqlite3_stmt *statement = archive_statement_of(tables, STATEMENT_COUNT_BACK);
	int result;

	bind_rows_back(tables, STATEMENT_COUNT_BACK, erasure);
	result = archive_step(tables, STATEMENT_COUNT_BACK);
	if (result == SQLITE_ROW)
		*ret_counted = (struct counted){
			.first = sqlite3_column_int64(statement, 0),
			.n = sqlite3_column_int64(statement, 1),
		};
	(void) sqlite3_reset(statement);
	return result == SQLITE_ROW ? SQLITE_OK : result;
}

/* The number of the erasure is that of messages or events which may still stay. Once the newest is
 * found that may not, it is a removal of what is older. */
static int count_kept(
	struct archive_tables *tables, const struct erasure *erasure, bool *ret_is_over)
{
	const enum history_request_kind removal =
		is_about_events(erasure) ? HISTORY_REQUEST_TRIM_EVENTS : HISTORY_REQUEST_TRIM;
	struct counted counted = { 0 };
	int64_t surplus;
	int result = count_back(tables, erasure, &counted);

	if (result != SQLITE_OK)
		return result;
	if (counted.n <= erasure->number) {
		*ret_is_over = counted.n < LOOK_STEP;
		return change_erasure(tables, erasure, (enum history_request_kind) erasure->kind,
			erasure->number - counted.n, counted.first);
	}
	bind_rows_back(tables, STATEMENT_FIND_SURPLUS, erasure);
	archive_bind(tables, STATEMENT_FIND_SURPLUS, 5, erasure->number);
	result = archive_read_number(tables, STATEMENT_FIND_SURPLUS, &surplus);
	return result == SQLITE_OK ? change_erasure(tables, erasure, removal, surplus + 1, 0)
				   : result;
}

static enum archive_statement statement_of_erasure(const struct erasure *erasure)
{
	if (erasure->kind == HISTORY_REQUEST_EXPIRE)
		return STATEMENT_FIND_OLD;
	return is_about_events(erasure) ? STATEMENT_FIND_EVENTS_OF_TARGET
					: STATEMENT_FIND_OF_TARGET;
}

static int find_erased(struct archive_tables *tables, const struct erasure *erasure,
	struct found *ret_found, bool *ret_is_over)
{
	int64_t before = erasure->kind == HISTORY_REQUEST_ERASE ? INT64_MAX : erasure->number;
	int result;

	if (erasure->kind == HISTORY_REQUEST_FORGET)
		return find_of_author(tables, erasure, ret_found, ret_is_over);
	if (erasure->kind == HISTORY_REQUEST_KEEP || erasure->kind == HISTORY_REQUEST_KEEP_EVENTS)
		return count_kept(tables, erasure, ret_is_over);
	if (erasure->kind == HISTORY_REQUEST_EXPIRE_PRIVATE)
		return find_private(tables, erasure, ret_found, ret_is_over);
	result =
		find_ids(tables, statement_of_erasure(erasure), erasure->target, before, ret_found);
	*ret_is_over = ret_found->n < ERASE_STEP;
	return result;
}

static int read_erasure(struct archive_tables *tables, struct erasure *ret_erasure)
{
	sqlite3_stmt *statement = archive_statement_of(tables, STATEMENT_NEXT_ERASURE);
	int result = archive_step(tables, STATEMENT_NEXT_ERASURE);

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

int archive_erasures_go_on(struct archive_tables *tables)
{
	struct erasure erasure;
	struct found found = { .n = 0 };
	bool is_over = false;
	int result = read_erasure(tables, &erasure);

	if (result != SQLITE_ROW)
		return result;
	result = find_erased(tables, &erasure, &found, &is_over);
	for (size_t i = 0; i < found.n && result == SQLITE_OK; i++)
		result = archive_remove_row(tables, found.ids[i]);
	if (result == SQLITE_OK && found.n)
		result = archive_run(tables, STATEMENT_NOTE_REMOVAL);
	if (result == SQLITE_OK && is_over)
		result = archive_run_with(tables, STATEMENT_END_ERASURE, erasure.sequence, 0);
	return result;
}
