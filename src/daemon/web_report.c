/* Owns the JSON of reports over HTTP: one object with a list, written as its rows come. */
#include "daemon/web_report.h"

#include <stdlib.h>

#include "base/cleanup.h"

#define PART_ROWS 64 /* so that a part takes less than a millisecond */

static json_t *params_of(const struct web_match *match)
{
	json_t *params = json_object();

	for (size_t i = 0; i < match->n_params; i++)
		json_object_set_new(
			params, match->params[i].name, json_string(match->params[i].value));
	return params;
}

static void put_json_rows(struct web_progress *progress, const json_t *list, struct buffer *out)
{
	const json_t *row;
	size_t i;

	json_array_foreach(list, i, row)
	{
		char *text = json_dumps(row, JSON_COMPACT);

		buffer_format(out, "%s%s", progress->has_rows ? ",\n" : "\n", text);
		progress->has_rows = true;
		free(text);
	}
}

/* A frame that is empty would be the end. */
static void end_report_frame(struct buffer *out, size_t begun, bool is_last)
{
	if (is_last)
		buffer_put_text(out, "\n]}\n");
	if (out->length > begun)
		web_frame_end(out, begun);
	else
		buffer_cut(out, begun - sizeof(uint32_t));
	if (is_last)
		web_frame_put(out, "", 0);
}

static void put_report_rows(const struct web_sources *sources, struct web_progress *progress,
	size_t begun, struct buffer *out)
{
	json_t *list = json_array();

	progress->is_going_on =
		!report_go_on(engine_world(sources->engine), &progress->report, PART_ROWS, list);
	put_json_rows(progress, list, out);
	json_decref(list);
	end_report_frame(out, begun, !progress->is_going_on);
}

void web_report_go_on(
	const struct web_sources *sources, struct web_progress *progress, struct buffer *out)
{
	put_report_rows(sources, progress, web_frame_begin(out), out);
}

/* NULL: it has begun. Otherwise a reason, and *ret_status. */
static const char *begin_web_report(const struct web_answering *answering, struct report_call *call,
	enum http_status *ret_status)
{
	json_t *params = params_of(&answering->match);
	const char *wrong = report_call_read(call, params);

	json_decref(params);
	*ret_status = HTTP_STATUS_BAD_REQUEST;
	if (wrong)
		return "A parameter is unknown, missing or malformed";
	*ret_status = HTTP_STATUS_NOT_FOUND;
	return report_begin(
		       engine_world(answering->sources->engine), call, &answering->progress->report)
		       ? NULL
		       : "What the path names is not there";
}

void web_answer_report(const struct web_answering *answering)
{
	const struct web_route *route = answering->match.route;
	CLEANUP(report_call_done) struct report_call call = { .kind = route->report };
	struct buffer *out = answering->out;
	enum http_status status;
	const char *reason = begin_web_report(answering, &call, &status);
	size_t begun;

	if (reason) {
		web_refuse_status(answering, status, reason);
		return;
	}
	web_begin_content(answering, "application/json");
	begun = web_frame_begin(out);
	buffer_format(out, "{\"%s\":[", report_row(route->report)->member);
	put_report_rows(answering->sources, answering->progress, begun, out);
}
