/* Owns the form of rows and calls as JSON. */
#include "report/report.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/date.h"
#include "base/mem.h"
#include "base/text.h"
#include "report/report_views.h"

struct report_writer report_writer_begin(enum report_kind kind)
{
	return (struct report_writer){ .row = report_row(kind), .json = json_object() };
}

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

void report_writer_end(struct report_writer *writer, json_t *list)
{
	assert(writer->n == writer->row->n_fields);
	json_array_append_new(list, writer->json);
}

/* Calls */

void report_call_done(struct report_call *call)
{
	for (size_t i = 0; i < REPORT_MOST_PARAMS; i++)
		free(call->values[i]);
	free(call->operator);
	*call = (struct report_call){ .kind = call->kind };
}

/* Line ends and other controls would reach clients. */
static bool holds_controls(const char *text)
{
	for (; *text; text++)
		if ((unsigned char) *text < ' ' || *text == 0x7f)
			return true;
	return false;
}

/* False: malformed. */
static bool read_call_value(const json_t *given, char **ret_value)
{
	const char *text = json_string_value(given);

	if (!given || json_is_null(given))
		return true;
	if (!text || !*text || strlen(text) > REPORT_TEXT_BYTES || holds_controls(text))
		return false;
	mem_set_text(ret_value, text);
	return true;
}

/* NULL: the row has no such parameter. */
static char **find_value(struct report_call *call, const char *name)
{
	const struct report_row *row = report_row(call->kind);

	for (size_t i = 0; i < row->n_params; i++)
		if (strcmp(row->params[i].name, name) == 0)
			return &call->values[i];
	return report_names_operator(row) && strcmp(name, REPORT_OPERATOR) == 0 ? &call->operator
	    : NULL;
}

const char *report_call_read(struct report_call *call, const json_t *parameters)
{
	const struct report_row *row = report_row(call->kind);
	const char *name;
	json_t *given;

	json_object_foreach((json_t *) (uintptr_t) parameters, name, given)
	{
		char **value = find_value(call, name);

		if (!value || !read_call_value(given, value))
			return name;
	}
	for (size_t i = 0; i < row->n_params; i++)
		if (!call->values[i] && !row->params[i].is_optional)
			return row->params[i].name;
	return NULL;
}

/* Walks */

bool report_begin(
	const struct world *world, struct report_call *call, struct report_cursor *ret_cursor)
{
	const struct report_view *view = report_view(call->kind);

	if (view->is_there && !view->is_there(world, call))
		return false;
	*ret_cursor = (struct report_cursor){ .call = *call, .until = view->end(world) };
	*call = (struct report_call){ .kind = call->kind };
	return true;
}

bool report_go_on(
	const struct world *world, struct report_cursor *cursor, size_t most_looks, json_t *list)
{
	const struct report_view *view = report_view(cursor->call.kind);

	for (size_t i = 0; i < most_looks; i++) {
		const void *item = view->find(world, cursor);
		struct report_writer writer;

		if (cursor->next >= cursor->until)
			return true;
		cursor->next++;
		if (!item)
			continue;
		if (view->fill) {
			view->fill(world, &cursor->call, list);
			continue;
		}
		writer = report_writer_begin(cursor->call.kind);
		view->write(world, item, &writer);
		report_writer_end(&writer, list);
	}
	return cursor->next >= cursor->until;
}

void report_cursor_done(struct report_cursor *cursor)
{
	report_call_done(&cursor->call);
}
