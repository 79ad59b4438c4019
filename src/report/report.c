/* Owns the form of rows as JSON. */
#include "report/report.h"

#include <assert.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/date.h"
#include "base/mem.h"
#include "base/text.h"
#include "report/report_views.h"

static void put_report_value(struct report_writer *writer, enum report_type type, json_t *value)
{
	const struct report_field *field = &writer->row->fields[writer->n++];

	assert(writer->n <= writer->row->n_fields && field->type == type);
	json_object_set_new(writer->json, field->name, value);
}

void report_put_text(struct report_writer *writer, const char *text)
{
	CLEANUP(mem_freep) char *copy = mem_text(text);

	/* Clients may send other bytes, but JSON is UTF-8. */
	if (copy)
		text_mend_utf8(copy, strlen(copy));
	put_report_value(writer, REPORT_TYPE_TEXT, copy ? json_string(copy) : json_null());
}

void report_put_number(struct report_writer *writer, uint64_t number)
{
	put_report_value(writer, REPORT_TYPE_NUMBER, json_integer((json_int_t) number));
}

void report_put_flag(struct report_writer *writer, bool flag)
{
	put_report_value(writer, REPORT_TYPE_FLAG, json_boolean(flag));
}

void report_put_time(struct report_writer *writer, uint64_t wall_ms)
{
	char text[DATE_BYTES];

	if (wall_ms)
		date_format_iso(wall_ms, text);
	put_report_value(writer, REPORT_TYPE_TIME, wall_ms ? json_string(text) : json_null());
}

void report_begin(
	const struct world *world, enum report_kind kind, struct report_cursor *ret_cursor)
{
	*ret_cursor =
		(struct report_cursor){ .kind = kind, .until = report_view(kind)->end(world) };
}

bool report_go_on(
	const struct world *world, struct report_cursor *cursor, size_t most_looks, json_t *list)
{
	const struct report_view *view = report_view(cursor->kind);

	for (size_t i = 0; i < most_looks; i++) {
		const void *item = view->find(world, cursor);
		struct report_writer writer = { .row = report_row(cursor->kind) };

		if (cursor->next >= cursor->until)
			return true;
		cursor->next++;
		if (!item)
			continue;
		writer.json = json_object();
		view->write(world, item, &writer);
		assert(writer.n == writer.row->n_fields);
		json_array_append_new(list, writer.json);
	}
	return cursor->next >= cursor->until;
}
