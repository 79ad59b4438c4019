/* Owns the translation of rows. */
#include "store/values.h"

#include <string.h>

#include "base/pack.h"

#define AT_ID 1
#define AT_VERSION 2
#define AT_COLUMNS 3

static size_t find_column(const struct table *table, uint16_t field)
{
	size_t i = 0;

	while (i < table->n_columns && table->columns[i].field != field)
		i++;
	return i;
}

static bool value_parse(struct value *value, enum column_kind kind, const struct pack_field *field)
{
	if (value->is_set)
		return false;
	value->is_set = true;
	value->text = (const char *) field->bytes;
	value->length = field->length;
	if (kind == COLUMN_TEXT)
		return !field->length || !memchr(field->bytes, '\0', field->length);
	value->number = pack_field_u64(field);
	return true;
}

/* The fields of a row that address it must be there. */
static bool keys_are_set(const struct values *values, const struct table *table)
{
	for (size_t i = 0; i < table->n_columns; i++)
		if (table->columns[i].is_key && !values->columns[i].is_set)
			return false;
	return true;
}

bool values_parse(struct values *values, const struct table *table, const struct store_row *row)
{
	struct pack pack = pack_over(row->bytes, row->length);
	struct pack_field field;
	size_t i;

	*values = (struct values){ .rest = { .is_secret = true } };
	while (pack_next(&pack, &field)) {
		i = find_column(table, field.id);
		if (i == table->n_columns)
			pack_bytes(&values->rest, field.id, field.bytes, field.length);
		else if (!value_parse(&values->columns[i], table->columns[i].kind, &field))
			return false;
	}
	return !pack.failed && keys_are_set(values, table);
}

void values_done(struct values *values)
{
	buffer_done(&values->rest);
}

static int bind_value(
	sqlite3_stmt *statement, int at, const struct value *value, enum column_kind kind)
{
	switch (kind) {
	case COLUMN_TEXT:
		if (!value->is_set)
			return sqlite3_bind_null(statement, at);
		return sqlite3_bind_text(statement, at, value->length ? value->text : "",
			(int) value->length, SQLITE_STATIC);
	case COLUMN_REFERENCE:
		if (!value->number)
			return sqlite3_bind_null(statement, at);
		break;
	case COLUMN_NUMBER:
		break;
	}
	return sqlite3_bind_int64(statement, at, (sqlite3_int64) value->number);
}

static int bind_id(sqlite3_stmt *statement, sqlite3_int64 id)
{
	return id ? sqlite3_bind_int64(statement, AT_ID, id) : sqlite3_bind_null(statement, AT_ID);
}

int values_bind(const struct values *values, sqlite3_stmt *statement, const struct table *table,
	sqlite3_int64 id, uint64_t version)
{
	int last = sqlite3_bind_parameter_count(statement);
	int rest_at = AT_COLUMNS + (int) table->n_columns;
	int result = bind_id(statement, id);

	if (result == SQLITE_OK && last >= AT_VERSION)
		result = sqlite3_bind_int64(statement, AT_VERSION, (sqlite3_int64) version);
	for (int at = AT_COLUMNS; at < rest_at && at <= last && result == SQLITE_OK; at++)
		result = bind_value(statement, at, &values->columns[at - AT_COLUMNS],
			table->columns[at - AT_COLUMNS].kind);
	if (result == SQLITE_OK && last >= rest_at)
		result = sqlite3_bind_blob(statement, rest_at, buffer_text(&values->rest),
			(int) values->rest.length, SQLITE_STATIC);
	return result;
}

/* SQLite gives NULL for a value without bytes, too. */
static bool read_cell(sqlite3_stmt *statement, int at, const void **ret_bytes, size_t *ret_length)
{
	const void *bytes = sqlite3_column_blob(statement, at);

	if (!bytes && sqlite3_errcode(sqlite3_db_handle(statement)) == SQLITE_NOMEM)
		return false;
	*ret_bytes = bytes;
	*ret_length = (size_t) sqlite3_column_bytes(statement, at);
	return true;
}

static bool read_column(
	sqlite3_stmt *statement, int at, const struct column *column, struct buffer *out)
{
	const void *bytes;
	size_t length;

	if (sqlite3_column_type(statement, at) == SQLITE_NULL)
		return true;
	if (column->kind != COLUMN_TEXT) {
		pack_u64(out, column->field, (uint64_t) sqlite3_column_int64(statement, at));
		return true;
	}
	if (!read_cell(statement, at, &bytes, &length))
		return false;
	pack_bytes(out, column->field, bytes, length);
	return true;
}

bool values_read(sqlite3_stmt *statement, const struct table *table, struct buffer *out)
{
	int at = AT_COLUMNS - 1;
	const void *bytes;
	size_t length;

	for (size_t i = 0; i < table->n_columns; i++, at++)
		if (!read_column(statement, at, &table->columns[i], out))
			return false;
	if (!read_cell(statement, at, &bytes, &length))
		return false;
	buffer_put(out, bytes, length);
	return true;
}
