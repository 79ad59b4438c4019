/* Owns the statements, which are made from the table of tables.
 *
 * Parameters are the same in all: ?1 the id, ?2 the version, then the columns, then the rest. A row
 * is first updated, if its version is lower; if that changed nothing, it is looked for, and only
 * inserted if it is not there. A conflict of the insertion is therefore always with another row. */
#include "store/statements.h"

#include <stdlib.h>

#include "base/mem.h"
#include "store/values.h"

enum table_statement {
	TABLE_STATEMENT_UPDATE,
	TABLE_STATEMENT_FIND,
	TABLE_STATEMENT_INSERT,
	TABLE_STATEMENT_REMOVE,
};
#define TABLE_STATEMENTS 4

enum other_statement {
	OTHER_STATEMENT_SAVE,
	OTHER_STATEMENT_UNDO,
	OTHER_STATEMENT_KEEP,
	OTHER_STATEMENT_FIND_REQUEST,
	OTHER_STATEMENT_ADD_REQUEST,
	OTHER_STATEMENT_FORGET_REQUESTS,
};
#define OTHER_STATEMENTS 6

static const char *const other_texts[OTHER_STATEMENTS] = {
	[OTHER_STATEMENT_SAVE] = "SAVEPOINT request",
	[OTHER_STATEMENT_UNDO] = "ROLLBACK TO request",
	[OTHER_STATEMENT_KEEP] = "RELEASE request",
	[OTHER_STATEMENT_FIND_REQUEST] =
		"SELECT id FROM requests WHERE world IS ?1 AND number IS ?2",
	[OTHER_STATEMENT_ADD_REQUEST] =
		"INSERT INTO requests (world, number, id) VALUES (?1, ?2, ?3)",
	[OTHER_STATEMENT_FORGET_REQUESTS] =
		"DELETE FROM requests WHERE sequence <= (SELECT max(sequence) FROM requests) - ?1",
};

struct statements {
	sqlite3 *handle;
	sqlite3_stmt *of_table[STORE_TABLES][TABLE_STATEMENTS];
	sqlite3_stmt *others[OTHER_STATEMENTS];
};

/* The condition that finds a row by its address. */
static void put_address(struct buffer *sql, const struct table *table)
{
	const char *joint = " WHERE ";

	if (table->id) {
		buffer_format(sql, "%s%s = ?1", joint, table->id);
		joint = " AND ";
	}
	for (size_t i = 0; i < table->n_columns; i++) {
		if (!table->columns[i].is_key)
			continue;
		buffer_format(sql, "%s%s = ?%zu", joint, table->columns[i].name, i + 3);
		joint = " AND ";
	}
}

static void put_update(struct buffer *sql, const struct table *table)
{
	buffer_format(sql, "UPDATE %s SET version = ?2", table->name);
	for (size_t i = 0; i < table->n_columns; i++)
		if (!table->columns[i].is_key)
			buffer_format(sql, ", %s = ?%zu", table->columns[i].name, i + 3);
	buffer_format(sql, ", rest = ?%zu", table->n_columns + 3);
	put_address(sql, table);
	buffer_put_text(sql, " AND version < ?2");
}

static void put_insert(struct buffer *sql, const struct table *table)
{
	buffer_format(sql, "INSERT INTO %s (version", table->name);
	if (table->id)
		buffer_format(sql, ", %s", table->id);
	for (size_t i = 0; i < table->n_columns; i++)
		buffer_format(sql, ", %s", table->columns[i].name);
	buffer_format(sql, ", rest) VALUES (?2%s", table->id ? ", ?1" : "");
	for (size_t i = 0; i <= table->n_columns; i++)
		buffer_format(sql, ", ?%zu", i + 3);
	buffer_put_text(sql, ")");
}

static void put_table_statement(
	struct buffer *sql, const struct table *table, enum table_statement statement)
{
	switch (statement) {
	case TABLE_STATEMENT_UPDATE:
		put_update(sql, table);
		return;
	case TABLE_STATEMENT_FIND:
		buffer_format(sql, "SELECT 1 FROM %s", table->name);
		put_address(sql, table);
		return;
	case TABLE_STATEMENT_INSERT:
		put_insert(sql, table);
		return;
	case TABLE_STATEMENT_REMOVE:
		buffer_format(sql, "DELETE FROM %s", table->name);
		put_address(sql, table);
		buffer_put_text(sql, " AND version < ?2");
		return;
	}
}

static int prepare_text(sqlite3 *handle, const char *sql, sqlite3_stmt **ret_statement)
{
	return sqlite3_prepare_v3(handle, sql, -1, SQLITE_PREPARE_PERSISTENT, ret_statement, NULL);
}

static int prepare_for_table(struct statements *statements, size_t table)
{
	struct buffer sql = { 0 };
	int result = SQLITE_OK;

	for (size_t i = 0; i < TABLE_STATEMENTS && result == SQLITE_OK; i++) {
		buffer_clear(&sql);
		put_table_statement(
			&sql, table_get((enum store_table) table), (enum table_statement) i);
		result = prepare_text(
			statements->handle, buffer_text(&sql), &statements->of_table[table][i]);
	}
	buffer_done(&sql);
	return result;
}

int statements_new(sqlite3 *handle, struct statements **ret_statements)
{
	struct statements *statements = mem_new(sizeof(*statements));
	int result = SQLITE_OK;

	statements->handle = handle;
	for (size_t i = 0; i < STORE_TABLES && result == SQLITE_OK; i++)
		result = prepare_for_table(statements, i);
	for (size_t i = 0; i < OTHER_STATEMENTS && result == SQLITE_OK; i++)
		result = prepare_text(handle, other_texts[i], &statements->others[i]);
	if (result != SQLITE_OK) {
		statements_free(statements);
		return result;
	}
	*ret_statements = statements;
	return SQLITE_OK;
}

void statements_free(struct statements *statements)
{
	if (!statements)
		return;
	for (size_t i = 0; i < STORE_TABLES; i++)
		for (size_t j = 0; j < TABLE_STATEMENTS; j++)
			sqlite3_finalize(statements->of_table[i][j]);
	for (size_t i = 0; i < OTHER_STATEMENTS; i++)
		sqlite3_finalize(statements->others[i]);
	free(statements);
}

/* SQLITE_ROW, SQLITE_DONE or an error. The statement is ready for its next use, and no longer
 * refers to the bytes of a request. */
static int step_once(sqlite3_stmt *statement)
{
	int result = sqlite3_step(statement);

	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	return result;
}

static int run_other(struct statements *statements, enum other_statement statement)
{
	int result = step_once(statements->others[statement]);

	return result == SQLITE_DONE ? SQLITE_OK : result;
}

/* What is wrong with a row, rather than with the database. False: it is the database. */
static bool find_row_refusal(int result, enum store_status *ret_status)
{
	switch (result) {
	case SQLITE_CONSTRAINT_UNIQUE:
	case SQLITE_CONSTRAINT_PRIMARYKEY:
		*ret_status = STORE_STATUS_TAKEN;
		return true;
	case SQLITE_CONSTRAINT_FOREIGNKEY:
		*ret_status = STORE_STATUS_GONE;
		return true;
	case SQLITE_CONSTRAINT_NOTNULL:
	case SQLITE_CONSTRAINT_DATATYPE:
	case SQLITE_TOOBIG:
		*ret_status = STORE_STATUS_MALFORMED;
		return true;
	default:
		return false;
	}
}

/* A row that is being applied. */
struct application {
	struct statements *statements;
	const struct store_row *row;
	const struct table *table;
	struct values values;
	sqlite3_int64 id; /* 0: to be assigned */
};

/* SQLITE_ROW, SQLITE_DONE or an error. */
static int run_for_row(struct application *application, enum table_statement statement)
{
	sqlite3_stmt *prepared =
		application->statements->of_table[application->row->table][statement];
	int result = values_bind(&application->values, prepared, application->table,
		application->id, application->row->version);

	if (result == SQLITE_OK)
		return step_once(prepared);
	sqlite3_clear_bindings(prepared);
	return result;
}

/* SQLITE_ROW: the row is there, and needs no insertion. SQLITE_DONE: it is not. */
static int update_row(struct application *application)
{
	int result = run_for_row(application, TABLE_STATEMENT_UPDATE);

	if (result != SQLITE_DONE)
		return result;
	if (sqlite3_changes(application->statements->handle) > 0)
		return SQLITE_ROW;
	return run_for_row(application, TABLE_STATEMENT_FIND);
}

static int put_row(struct application *application, struct submission *submission)
{
	bool is_new = application->table->makes_ids && !application->row->id;
	int result = is_new ? SQLITE_DONE : update_row(application);

	if (result == SQLITE_DONE && application->table->makes_ids && !is_new) {
		submission->answer.status = STORE_STATUS_GONE;
		return SQLITE_DONE;
	}
	if (result != SQLITE_DONE)
		return result;
	result = run_for_row(application, TABLE_STATEMENT_INSERT);
	if (result == SQLITE_DONE && is_new)
		submission->answer.id =
			(uint64_t) sqlite3_last_insert_rowid(application->statements->handle);
	return result;
}

/* The id of the row, or of its owner, must be known, except that of a new account or channel. */
static bool find_row_id(struct application *application, const struct submission *submission)
{
	const struct store_row *row = application->row;

	application->id = 0;
	if (!application->table->id)
		return true;
	application->id = (sqlite3_int64) row->id;
	if (!application->id && !application->table->makes_ids)
		application->id = (sqlite3_int64) submission->answer.id;
	return application->id || (application->table->makes_ids && !row->is_removal);
}

/* A result of SQLite. The status may have become another one than STORED. */
static int apply_row(
	struct statements *statements, const struct store_row *row, struct submission *submission)
{
	struct application application = { .statements = statements, .row = row };
	int result = SQLITE_DONE;

	application.table = table_get(row->table);
	if (!values_parse(&application.values, application.table, row) ||
		!find_row_id(&application, submission))
		submission->answer.status = STORE_STATUS_MALFORMED;
	else if (row->is_removal)
		result = run_for_row(&application, TABLE_STATEMENT_REMOVE);
	else
		result = put_row(&application, submission);
	values_done(&application.values);
	if (result == SQLITE_ROW || result == SQLITE_DONE)
		return SQLITE_OK;
	return find_row_refusal(result, &submission->answer.status) ? SQLITE_OK : result;
}

static int bind_key(sqlite3_stmt *statement, const struct store_key *key)
{
	int result = sqlite3_bind_int64(statement, 1, (sqlite3_int64) key->world);

	if (result == SQLITE_OK)
		result = sqlite3_bind_int64(statement, 2, (sqlite3_int64) key->number);
	return result;
}

/* SQLITE_ROW: the request was applied before, and has its answer. SQLITE_DONE: it was not. */
static int find_applied_request(struct statements *statements, struct submission *submission)
{
	sqlite3_stmt *statement = statements->others[OTHER_STATEMENT_FIND_REQUEST];
	int result = bind_key(statement, &submission->answer.key);

	if (result == SQLITE_OK)
		result = sqlite3_step(statement);
	if (result == SQLITE_ROW)
		submission->answer.id = (uint64_t) sqlite3_column_int64(statement, 0);
	sqlite3_reset(statement);
	return result;
}

bool statements_find_request(struct statements *statements, const struct store_key *key)
{
	sqlite3_stmt *statement = statements->others[OTHER_STATEMENT_FIND_REQUEST];
	int result = bind_key(statement, key);

	return result == SQLITE_OK && step_once(statement) == SQLITE_ROW;
}

static int add_applied_request(struct statements *statements, const struct submission *submission)
{
	sqlite3_stmt *statement = statements->others[OTHER_STATEMENT_ADD_REQUEST];
	int result = bind_key(statement, &submission->answer.key);

	if (result == SQLITE_OK)
		result = sqlite3_bind_int64(statement, 3, (sqlite3_int64) submission->answer.id);
	if (result == SQLITE_OK)
		result = step_once(statement);
	return result == SQLITE_DONE ? SQLITE_OK : result;
}

static int apply_rows(struct statements *statements, struct submission *submission)
{
	int result = SQLITE_OK;

	for (size_t i = 0; i < submission->n_rows && result == SQLITE_OK &&
			   submission->answer.status == STORE_STATUS_STORED;
		i++)
		result = apply_row(statements, &submission->rows[i], submission);
	return result;
}

/* Inside its savepoint. */
static int apply_or_undo(struct statements *statements, struct submission *submission)
{
	int result = apply_rows(statements, submission);

	if (result != SQLITE_OK)
		return result;
	if (submission->answer.status == STORE_STATUS_STORED)
		return add_applied_request(statements, submission);
	submission->answer.id = 0;
	return run_other(statements, OTHER_STATEMENT_UNDO);
}

int statements_apply(struct statements *statements, struct submission *submission)
{
	int result;

	submission->answer.status = STORE_STATUS_STORED;
	submission->answer.id = 0;
	result = find_applied_request(statements, submission);
	if (result == SQLITE_ROW)
		return SQLITE_OK;
	if (result != SQLITE_DONE)
		return result;
	result = run_other(statements, OTHER_STATEMENT_SAVE);
	if (result == SQLITE_OK)
		result = apply_or_undo(statements, submission);
	if (result == SQLITE_OK)
		result = run_other(statements, OTHER_STATEMENT_KEEP);
	return result;
}

int statements_forget_requests(struct statements *statements, uint64_t most)
{
	sqlite3_stmt *statement = statements->others[OTHER_STATEMENT_FORGET_REQUESTS];
	int result = sqlite3_bind_int64(statement, 1, (sqlite3_int64) most);

	return result == SQLITE_OK ? run_other(statements, OTHER_STATEMENT_FORGET_REQUESTS)
				   : result;
}
