/* Owns the form of problems. */
#include "proto/http_problem.h"

#include "base/cleanup.h"
#include "proto/json_text.h"

void http_problem_format(struct buffer *out, enum http_status status, const char *detail)
{
	buffer_put_text(out, "{\"type\":\"about:blank\",\"title\":");
	json_put_text(out, http_status_text(status));
	buffer_format(out, ",\"status\":%d", (int) status);
	if (detail) {
		buffer_put_text(out, ",\"detail\":");
		json_put_text(out, detail);
	}
	buffer_put_text(out, "}\n");
}

void http_put_problem(struct buffer *out, const struct http_reply *reply, const char *detail,
	const struct http_request *request)
{
	CLEANUP(buffer_done) struct buffer problem = { 0 };
	struct http_reply whole = *reply;

	http_problem_format(&problem, reply->status, detail);
	whole.content_type = HTTP_PROBLEM_TYPE;
	whole.content_length = problem.length;
	whole.cache = "no-store";
	whole.closes = true;
	http_put_head(out, &whole);
	if (!request || !request->is_head)
		buffer_put(out, problem.bytes, problem.length);
}
