/* Owns counting how the server is used. */
#include "world/usage.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"

#define CONNECTIONS_FIELD 1
#define ROW_RECORD 2

static const struct field row_fields[] = {
	{ 1, FIELD_TEXT, FIELD_AT(usage_row, char *, name) },
	{ 2, FIELD_U64, FIELD_AT(usage_row, uint64_t, count) },
	{ 3, FIELD_U64, FIELD_AT(usage_row, uint64_t, bytes) },
};

void usage_done(struct usage *usage)
{
	for (size_t i = 0; i < usage->n_rows; i++)
		free(usage->rows[i].name);
	free(usage->rows);
	*usage = (struct usage){ 0 };
}

static size_t place_of_row(const struct usage *usage, const char *name)
{
	size_t low = 0, high = usage->n_rows;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(usage->rows[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_row(const struct usage *usage, size_t i, const char *name)
{
	return i < usage->n_rows && strcmp(usage->rows[i].name, name) == 0;
}

static struct usage_row *get_row(struct usage *usage, const char *name)
{
	size_t i = is_row(usage, usage->counted, name) ? usage->counted : place_of_row(usage, name);

	usage->counted = i;
	if (is_row(usage, i, name))
		return &usage->rows[i];
	usage->rows = mem_resize(usage->rows, usage->n_rows + 1, sizeof(*usage->rows));
	memmove(usage->rows + i + 1, usage->rows + i, (usage->n_rows++ - i) * sizeof(*usage->rows));
	usage->rows[i] = (struct usage_row){ .name = mem_text(name) };
	return &usage->rows[i];
}

void usage_count(struct usage *usage, const char *command, size_t bytes)
{
	struct usage_row *row = get_row(usage, command);

	row->count++;
	row->bytes += bytes;
}

void usage_count_connection(struct usage *usage)
{
	usage->n_connections++;
}

void usage_save(struct buffer *out, uint16_t id, const struct usage *usage)
{
	size_t record = pack_begin(out, id);

	pack_u64(out, CONNECTIONS_FIELD, usage->n_connections);
	for (size_t i = 0; i < usage->n_rows; i++) {
		size_t row = pack_begin(out, ROW_RECORD);

		fields_save(out, row_fields, ARRAY_LENGTH(row_fields), &usage->rows[i]);
		pack_end(out, row);
	}
	pack_end(out, record);
}

static void load_row(struct usage *usage, struct pack record)
{
	struct usage_row row = { 0 }, *kept;
	struct pack_field field;

	while (pack_next(&record, &field))
		fields_load(row_fields, ARRAY_LENGTH(row_fields), &row, &field);
	if (!row.name)
		return;
	kept = get_row(usage, row.name);
	kept->count = row.count;
	kept->bytes = row.bytes;
	free(row.name);
}

void usage_load(struct usage *usage, struct pack record)
{
	struct pack_field field;

	while (pack_next(&record, &field))
		if (field.id == CONNECTIONS_FIELD)
			usage->n_connections = pack_field_u64(&field);
		else if (field.id == ROW_RECORD)
			load_row(usage, pack_field_record(&field));
}
