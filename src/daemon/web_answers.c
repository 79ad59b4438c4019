/* Owns the tasks of routes, and who may have them done. */
#include "daemon/web_answers.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/http_accept.h"
#include "proto/http_problem.h"
#include "report/web_routes.h"
#include "world/world.h"

#define PART_BYTES 8192 /* so that a part takes less than a millisecond */

/* The versions of these types are those of the two formats. */
#define PROMETHEUS_TYPE "text/plain"
#define OPEN_TYPE "application/openmetrics-text"

/* One request that is being answered. */
struct answering {
	const struct web_sources *sources;
	const struct web_request *request;
	const struct http_text *body;
	struct web_match match;
	struct web_progress *progress;
	struct buffer *out;
};

static const struct settings *settings_of(const struct answering *answering)
{
	return engine_world(answering->sources->engine)->settings;
}

static void put_answer_frame(struct buffer *out, const struct web_answer *answer)
{
	size_t begun = web_frame_begin(out);

	web_answer_save(out, answer);
	web_frame_end(out, begun);
}

/* The whole answer. The head says the rest. */
static void refuse_web(
	const struct answering *answering, struct web_answer *answer, const char *detail)
{
	CLEANUP(buffer_done) struct buffer problem = { 0 };

	http_problem_format(&problem, (enum http_status) answer->status, detail);
	answer->content_type = mem_text(HTTP_PROBLEM_TYPE);
	answer->has_length = true;
	answer->content_length = problem.length;
	put_answer_frame(answering->out, answer);
	free(answer->content_type);
	web_frame_put(answering->out, problem.bytes, problem.length);
	web_frame_put(answering->out, "", 0);
}

static void refuse_with_status(
	const struct answering *answering, enum http_status status, const char *detail)
{
	refuse_web(answering, &(struct web_answer){ .status = status }, detail);
}

/* The frames of the content follow. */
static void begin_content(const struct answering *answering, const char *content_type)
{
	struct web_answer answer = { .status = HTTP_STATUS_OK,
		.content_type = mem_text(content_type) };

	put_answer_frame(answering->out, &answer);
	web_answer_done(&answer);
}

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
	web_frame_end(out, begun);
	if (!progress->is_going_on && out->length > begun)
		web_frame_put(out, "", 0);
}

static void answer_metrics(const struct answering *answering)
{
	struct web_progress *progress = answering->progress;
	bool is_open = wants_open_metrics(answering->request->accept);

	begin_content(answering, is_open ? OPEN_TYPE "; version=1.0.0; charset=utf-8"
					 : PROMETHEUS_TYPE "; version=0.0.4; charset=utf-8");
	progress->metrics = (struct metrics_cursor){ .is_open = is_open };
	progress->is_going_on = true;
	put_metrics_frame(answering->sources, progress, answering->out);
}

/* Others learn nothing, not even whether there are metrics for someone else. */
static bool may_read_metrics(const struct answering *answering)
{
	const struct web_settings *web = &settings_of(answering)->web;

	for (size_t i = 0; i < web->n_metrics; i++)
		if (address_is_in(&answering->request->address, &web->metrics[i]))
			return true;
	refuse_with_status(answering, HTTP_STATUS_FORBIDDEN, NULL);
	return false;
}

/* Requests */

static bool is_admitted(const struct answering *answering)
{
	switch (answering->match.route->access) {
	case WEB_ACCESS_METRICS:
		return may_read_metrics(answering);
	}
	return false;
}

static void carry_out_task(const struct answering *answering)
{
	switch (answering->match.route->task) {
	case WEB_TASK_METRICS:
		answer_metrics(answering);
		return;
	}
}

void web_answers_begin(const struct web_sources *sources, const struct web_request *request,
	const struct http_text *body, struct web_progress *progress, struct buffer *out)
{
	struct answering answering = { .sources = sources,
		.request = request,
		.body = body,
		.progress = progress,
		.out = out };
	const char *reason = NULL;
	enum http_status status = web_route_find(
		(enum http_method) request->method, request->target, &answering.match, &reason);
	struct web_answer refusal = { .status = status, .allow = answering.match.allow };

	if (status != HTTP_STATUS_OK)
		refuse_web(&answering, &refusal, reason);
	else if (is_admitted(&answering))
		carry_out_task(&answering);
	web_match_done(&answering.match);
}

void web_answers_go_on(
	const struct web_sources *sources, struct web_progress *progress, struct buffer *out)
{
	put_metrics_frame(sources, progress, out);
}

void web_progress_done(struct web_progress *progress)
{
	(void) progress;
}
