/* Owns the tasks of routes. */
#include "daemon/web_answers.h"

#include "daemon/readings.h"
#include "daemon/web_admission.h"
#include "daemon/web_events.h"
#include "daemon/web_notify.h"
#include "daemon/web_report.h"
#include "proto/http_accept.h"
#include "report/web_openapi.h"

#define PART_BYTES 8192 /* so that a part takes less than a millisecond */

/* The versions of these types are those of the two formats. */
#define PROMETHEUS_TYPE "text/plain"
#define OPEN_TYPE "application/openmetrics-text"

/* Metrics */

static bool wants_open_metrics(const char *accept)
{
	return http_accept_weight(accept, OPEN_TYPE, "1.0.0") >
	       http_accept_weight(accept, PROMETHEUS_TYPE, "0.0.4");
}

static void put_metrics_frame(
	const struct web_sources *sources, struct web_progress *progress, struct buffer *out)
{
	size_t begun = web_frame_begin(out);

	while (progress->is_going_on && out->length - begun < PART_BYTES)
		progress->is_going_on =
			metrics_put_next(&sources->metrics, &progress->metrics, out);
	web_content_end(out, begun);
	if (!progress->is_going_on)
		web_frame_put(out, "", 0);
}

static void answer_metrics(const struct web_answering *answering)
{
	struct web_progress *progress = answering->progress;
	bool is_open = wants_open_metrics(answering->request->accept);

	web_begin_content(answering, is_open ? OPEN_TYPE "; version=1.0.0; charset=utf-8"
					     : PROMETHEUS_TYPE "; version=0.0.4; charset=utf-8");
	progress->metrics = (struct metrics_cursor){ .is_open = is_open };
	progress->is_going_on = true;
	put_metrics_frame(answering->sources, progress, answering->out);
}

/* Requests */

static void carry_out_task(const struct web_answering *answering)
{
	answering->progress->task = answering->match.route->task;
	switch (answering->progress->task) {
	case WEB_TASK_METRICS:
		answer_metrics(answering);
		return;
	case WEB_TASK_NOTIFY:
		web_answer_notify(answering);
		return;
	case WEB_TASK_OPENAPI:
		web_answer_json(answering, web_openapi());
		return;
	case WEB_TASK_REPORT:
		web_answer_report(answering);
		return;
	case WEB_TASK_SEND:
		web_answer_send(answering);
		return;
	case WEB_TASK_EVENTS:
		web_answer_events(answering);
		return;
	}
}

void web_answers_begin(const struct web_sources *sources, const struct web_request *request,
	const struct http_text *body, struct web_progress *progress, struct buffer *out)
{
	struct web_answering answering = { .sources = sources,
		.request = request,
		.body = body,
		.progress = progress,
		.out = out };
	const char *reason = NULL;
	enum http_status status = web_route_find(
		(enum http_method) request->method, request->target, &answering.match, &reason);
	const struct web_answer refusal = { .status = status, .allow = answering.match.allow };

	if (status != HTTP_STATUS_OK)
		web_refuse(&answering, &refusal, reason);
	else if (web_admits(&answering))
		carry_out_task(&answering);
	web_match_done(&answering.match);
}

void web_answers_go_on(
	const struct web_sources *sources, struct web_progress *progress, struct buffer *out)
{
	if (progress->task == WEB_TASK_REPORT)
		web_report_go_on(sources, progress, out);
	else if (progress->task == WEB_TASK_EVENTS)
		web_events_go_on(sources, progress, out);
	else
		put_metrics_frame(sources, progress, out);
}

void web_progress_done(struct web_progress *progress)
{
	report_cursor_done(&progress->report);
	reading_end(progress->reading);
	web_feed_free(progress->feed);
}
