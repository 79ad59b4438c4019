/* Owns the JSON of reports over HTTP: one object with a list, written as its rows come. */
#include "daemon/web_report.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "daemon/readings.h"
#include "proto/name_syntax.h"
#include "report/report_acts.h"

#define PART_ROWS 64 /* so that a part takes less than a millisecond */
#define RETRY_S 10

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

static void put_list_begin(enum report_kind kind, struct buffer *out)
{
	buffer_format(out, "{\"%s\":[", report_row(kind)->member);
}

static void end_report_frame(struct buffer *out, size_t begun, bool is_last)
{
	if (is_last)
		buffer_put_text(out, "\n]}\n");
	web_content_end(out, begun);
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

static void begin_rows(const struct web_answering *answering, enum report_kind kind)
{
	web_begin_content(answering, "application/json");
	answering->progress->has_head = true;
	answering->progress->kind = kind;
}

/* What was said */

/* What has begun can only be broken off. */
static void fail_reading(const struct web_answering *answering)
{
	answering->progress->is_going_on = answering->progress->is_waiting = false;
	if (!answering->progress->has_head)
		web_refuse(answering,
			&(struct web_answer){
				.status = HTTP_STATUS_UNAVAILABLE, .retry_s = RETRY_S },
			"The history cannot be read now");
}

static void put_reading_rows(const struct web_answering *answering)
{
	struct web_progress *progress = answering->progress;
	json_t *list = json_array();
	size_t begun;

	progress->is_going_on = !reading_take(progress->reading, PART_ROWS, list);
	progress->is_waiting =
		progress->is_going_on && reading_state(progress->reading) == READING_STATE_WAITS;
	if (!progress->has_head) {
		begin_rows(answering, progress->kind);
		begun = web_frame_begin(answering->out);
		put_list_begin(progress->kind, answering->out);
	} else {
		begun = web_frame_begin(answering->out);
	}
	put_json_rows(progress, list, answering->out);
	json_decref(list);
	end_report_frame(answering->out, begun, !progress->is_going_on);
}

static void go_on_with_reading(const struct web_answering *answering)
{
	switch (reading_state(answering->progress->reading)) {
	case READING_STATE_WAITS:
		answering->progress->is_waiting = true;
		return;
	case READING_STATE_READY:
		put_reading_rows(answering);
		return;
	case READING_STATE_FAILED:
		fail_reading(answering);
		return;
	}
}

/* The act notes who reads what, or refuses it. True: it is noted. */
static bool note_reader(const struct web_answering *answering, const struct report_call *call)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };
	struct event event = { .kind = EVENT_ACT };
	const char *said;

	report_act_put(call, &text);
	event.text = text.bytes;
	event.text_length = text.length;
	said = web_tell_world(answering, &event);
	if (*said == '+')
		return true;
	web_refuse_status(answering,
		*said == ACTED_MISSING ? HTTP_STATUS_NOT_FOUND : HTTP_STATUS_UNPROCESSABLE,
		*said ? said + 1 : "The history cannot be read now");
	return false;
}

/* The caller frees. */
static char *name_of_reader(const struct api_token_settings *program)
{
	struct buffer name = { 0 };

	buffer_format(&name, "api:%s", program->name);
	return buffer_take(&name);
}

/* Only of channels: what users write to each other is theirs. */
static bool admit_reader(const struct web_answering *answering, struct report_call *call)
{
	if (!channel_name_looks_like_one(call->values[0])) {
		web_refuse_status(answering, HTTP_STATUS_NOT_FOUND, "This is no channel");
		return false;
	}
	free(call->operator);
	call->operator= name_of_reader(answering->program);
	return note_reader(answering, call);
}

static void begin_reading(const struct web_answering *answering, struct report_call *call)
{
	struct web_progress *progress = answering->progress;
	CLEANUP(buffer_done) struct buffer reason = { 0 };

	progress->kind = call->kind;
	if (!admit_reader(answering, call))
		return;
	progress->reading =
		reading_begin(control_readings(*answering->sources->control), call, &reason);
	if (!progress->reading) {
		web_refuse_status(answering, HTTP_STATUS_UNPROCESSABLE, buffer_text(&reason));
		return;
	}
	progress->is_going_on = progress->is_waiting = true;
	go_on_with_reading(answering);
}

/* Reports */

void web_report_go_on(
	const struct web_sources *sources, struct web_progress *progress, struct buffer *out)
{
	const struct web_answering answering = {
		.sources = sources, .progress = progress, .out = out
	};

	if (progress->reading)
		go_on_with_reading(&answering);
	else
		put_report_rows(sources, progress, web_frame_begin(out), out);
}

static void begin_report_of_world(const struct web_answering *answering, struct report_call *call)
{
	struct buffer *out = answering->out;
	size_t begun;

	if (!report_begin(
		    engine_world(answering->sources->engine), call, &answering->progress->report)) {
		web_refuse_status(
			answering, HTTP_STATUS_NOT_FOUND, "What the path names is not there");
		return;
	}
	begin_rows(answering, answering->match.route->report);
	begun = web_frame_begin(out);
	put_list_begin(answering->progress->kind, out);
	put_report_rows(answering->sources, answering->progress, begun, out);
}

/* False: the request was refused. */
static bool read_web_call(const struct web_answering *answering, struct report_call *call)
{
	json_t *params = params_of(&answering->match);
	const char *wrong = report_call_read(call, params);

	json_decref(params);
	if (!wrong && !web_match_param(&answering->match, REPORT_OPERATOR))
		return true;
	web_refuse_status(
		answering, HTTP_STATUS_BAD_REQUEST, "A parameter is unknown, missing or malformed");
	return false;
}

bool web_note_listener(const struct web_answering *answering)
{
	CLEANUP(report_call_done)
	struct report_call call = { .kind = answering->match.route->report };

	return read_web_call(answering, &call) && admit_reader(answering, &call);
}

void web_answer_report(const struct web_answering *answering)
{
	CLEANUP(report_call_done)
	struct report_call call = { .kind = answering->match.route->report };

	if (!read_web_call(answering, &call))
		return;
	if (report_row(call.kind)->is_past)
		begin_reading(answering, &call);
	else
		begin_report_of_world(answering, &call);
}
