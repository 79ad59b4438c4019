/* One request of HTTP that is being answered, and the frames of its answer. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/log.h"
#include "daemon/control.h"
#include "daemon/engine.h"
#include "daemon/metrics.h"
#include "daemon/web_guard.h"
#include "proto/http.h"
#include "proto/web_request.h"
#include "report/report.h"
#include "report/web_routes.h"

/* What the world says about a notification, while it is carried out. */
struct web_reply {
	bool is_awaited;
	struct buffer text;
};

/* What the answers are made of. */
struct web_sources {
	struct engine *engine;
	const struct log *log;
	struct metric_sources metrics;
	struct control *const *control; /* whose readings are used */
	struct web_guard *guard;	/* these are set by the desk */
	struct web_reply *reply;
	size_t *n_feeds; /* of events, that are open */
};

/* Where an answer goes on. */
struct web_progress {
	bool is_going_on; /* the next part follows when the last one is sent */
	enum web_task task;
	struct metrics_cursor metrics;
	enum report_kind kind;
	struct report_cursor report;
	bool has_rows;		 /* of the report, that were written */
	struct reading *reading; /* of what was said, instead; NULL: none */
	struct web_feed *feed;	 /* of events, instead; NULL: none */
	bool is_waiting;	 /* for the store or for events; nothing follows before */
	bool has_head;		 /* of the answer */
};

struct web_answering {
	const struct web_sources *sources;
	const struct web_request *request;
	const struct http_text *body;
	struct web_match match;
	const struct api_token_settings *program; /* that asks; NULL: none does */
	struct web_progress *progress;
	struct buffer *out;
};

const struct settings *web_answering_settings(const struct web_answering *answering);

/* Carry out an event, and get what the world says to it, until the next one. */
const char *web_tell_world(const struct web_answering *answering, struct event *event);

/* Append the head; the frames of the content follow. */
void web_begin_content(const struct web_answering *answering, const char *content_type);
/* Append a whole answer. The object is released. */
void web_answer_json(const struct web_answering *answering, json_t *object);
/* Append a whole refusal, whose status and further lines are in the answer. The detail is a
 * sentence; NULL: none. */
void web_refuse(
	const struct web_answering *answering, const struct web_answer *answer, const char *detail);
void web_refuse_status(
	const struct web_answering *answering, enum http_status status, const char *detail);
