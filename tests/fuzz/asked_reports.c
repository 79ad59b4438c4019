#include "asked_reports.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "report/report.h"

#define LOOKS 3 /* few, so that reports have many parts */

/* False: no method of that name reads the world. */
static bool find_report(const char *method, enum report_kind *ret_kind)
{
	for (enum report_kind kind = 0; kind < REPORT_KINDS; kind++) {
		const struct report_row *row = report_row(kind);

		*ret_kind = kind;
		if (row->method && strcmp(row->method, method) == 0)
			return row->member && !row->is_past && kind != REPORT_KIND_CHANGES;
	}
	return false;
}

static json_t *parameters_of(const struct report_row *row, char *rest)
{
	json_t *parameters = json_object();
	const char *value;

	for (size_t i = 0; i < row->n_params && (value = text_split(&rest, '|')); i++)
		json_object_set_new(parameters, row->params[i].name, json_string(value));
	return parameters;
}

static json_t *ask(const struct world *world, enum report_kind kind, const json_t *parameters)
{
	struct report_call call = { .kind = kind };
	struct report_cursor cursor;
	json_t *rows = json_array();

	if (!report_call_read(&call, parameters) && report_begin(world, &call, &cursor)) {
		while (!report_go_on(world, &cursor, LOOKS, rows))
			;
		report_cursor_done(&cursor);
	}
	report_call_done(&call);
	return rows;
}

void asked_reports_compare(const struct world *one, const struct world *other, char *text)
{
	const char *method = text_split(&text, '|');
	enum report_kind kind;
	json_t *parameters, *rows, *rows_again;

	if (!method || !find_report(method, &kind))
		return;
	parameters = parameters_of(report_row(kind), text);
	rows = ask(one, kind, parameters);
	rows_again = ask(other, kind, parameters);
	assert(json_equal(rows, rows_again));
	json_decref(parameters);
	json_decref(rows);
	json_decref(rows_again);
}
