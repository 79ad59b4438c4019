/* Owns the columns. */
#include "papoctl/table.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "papoctl/shown.h"

#define GAP 2

/* "mostUsers" -> "MOST USERS" */
static void put_heading(struct buffer *out, const char *name)
{
	for (; *name; name++) {
		if (isupper((unsigned char) *name))
			buffer_put_byte(out, ' ');
		buffer_put_byte(out, (char) toupper((unsigned char) *name));
	}
}

static void put_cell(struct buffer *out, const json_t *value)
{
	if (json_is_string(value))
		shown_put(out, json_string_value(value));
	else if (json_is_integer(value))
		buffer_format(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (json_is_boolean(value))
		buffer_put_text(out, json_is_true(value) ? "yes" : "no");
	if (!out->length)
		buffer_put_byte(out, '-');
}

static size_t cells_of(const char *text)
{
	const uint8_t *at = (const uint8_t *) text;
	utf8proc_ssize_t left = (utf8proc_ssize_t) strlen(text), n;
	utf8proc_int32_t character;
	int width = 0;

	for (; left > 0 && (n = utf8proc_iterate(at, left, &character)) > 0; at += n, left -= n)
		width += utf8proc_charwidth(character);
	return (size_t) width;
}

/* Row 0 is the heading. */
struct table {
	char **cells;
	size_t n_rows;
	size_t n_columns;
	size_t *widths;
};

static void set_cell(struct table *table, size_t row, size_t column, struct buffer *text)
{
	size_t width = cells_of(buffer_text(text));

	if (width > table->widths[column])
		table->widths[column] = width;
	table->cells[row * table->n_columns + column] = mem_text(buffer_text(text));
	buffer_clear(text);
}

static void fill_table(struct table *table, const struct report_row *row, const json_t *rows)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };

	for (size_t column = 0; column < table->n_columns; column++) {
		put_heading(&text, row->fields[column].name);
		set_cell(table, 0, column, &text);
		for (size_t i = 1; i < table->n_rows; i++) {
			put_cell(&text, json_object_get(json_array_get(rows, i - 1),
						row->fields[column].name));
			set_cell(table, i, column, &text);
		}
	}
}

static void print_padded(FILE *out, const char *text, size_t width)
{
	fprintf(out, "%s%*s", text, (int) (width - cells_of(text)) + GAP, "");
}

static void print_lines(FILE *out, const struct table *table)
{
	for (size_t row = 0; row < table->n_rows; row++) {
		char *const *cells = &table->cells[row * table->n_columns];

		for (size_t column = 0; column + 1 < table->n_columns; column++)
			print_padded(out, cells[column], table->widths[column]);
		fprintf(out, "%s\n", cells[table->n_columns - 1]);
	}
}

/* Each heading with its value. */
static void print_fields(FILE *out, const struct table *table)
{
	size_t widest = 0;

	for (size_t column = 0; column < table->n_columns; column++)
		if (cells_of(table->cells[column]) > widest)
			widest = cells_of(table->cells[column]);
	for (size_t column = 0; column < table->n_columns; column++) {
		print_padded(out, table->cells[column], widest);
		fprintf(out, "%s\n", table->cells[table->n_columns + column]);
	}
}

static void table_done(struct table *table)
{
	for (size_t i = 0; i < table->n_rows * table->n_columns; i++)
		free(table->cells[i]);
	free(table->cells);
	free(table->widths);
}

void table_print(FILE *out, const struct report_row *row, const json_t *rows)
{
	CLEANUP(table_done)
	struct table table = { .n_rows = json_array_size(rows) + 1, .n_columns = row->n_fields };

	table.cells = mem_new(table.n_rows * table.n_columns * sizeof(*table.cells));
	table.widths = mem_new(table.n_columns * sizeof(*table.widths));
	fill_table(&table, row, rows);
	if (row->is_single && table.n_rows == 2)
		print_fields(out, &table);
	else
		print_lines(out, &table);
}
