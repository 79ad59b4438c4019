/* What papod does about requests of HTTP that a gate has passed: the answers, in parts, so that no
 * client of IRC waits for them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "daemon/engine.h"
#include "daemon/metrics.h"
#include "proto/web_request.h"

/* What the answers are made of. */
struct web_sources {
	struct engine *engine;
	struct metric_sources metrics;
};

/* Where an answer goes on. */
struct web_progress {
	bool is_going_on; /* the next part follows when the last one is sent */
	struct metrics_cursor metrics;
};

/* Append the first frames of the answer, see proto/web_request.h. */
void web_answers_begin(const struct web_sources *sources, const struct web_request *request,
	const struct http_text *body, struct web_progress *progress, struct buffer *out);
/* Append the next ones; only if it is going on. */
void web_answers_go_on(
	const struct web_sources *sources, struct web_progress *progress, struct buffer *out);
void web_progress_done(struct web_progress *progress);
