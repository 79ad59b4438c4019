/* What papod does about requests of HTTP that a gate has passed: the answers, in parts, so that no
 * client of IRC waits for them. */
#pragma once

#include "base/buffer.h"
#include "daemon/web_answering.h"

/* Append the first frames of the answer, see proto/web_request.h. */
void web_answers_begin(const struct web_sources *sources, const struct web_request *request,
	const struct http_text *body, struct web_progress *progress, struct buffer *out);
/* Append the next ones; only if it is going on. */
void web_answers_go_on(
	const struct web_sources *sources, struct web_progress *progress, struct buffer *out);
void web_progress_done(struct web_progress *progress);
