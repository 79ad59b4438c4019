/* Answers that refuse a request of a program: problems as JSON. RFC 9457. */
#pragma once

#include "base/buffer.h"
#include "proto/http_reply.h"

#define HTTP_PROBLEM_TYPE "application/problem+json"

/* Append the object. The detail is a sentence; NULL: none. */
void http_problem_format(struct buffer *out, enum http_status status, const char *detail);

/* Append a whole answer; of the reply count the status, the time, and further lines. The connection
 * is closed behind it. The request is NULL if it was not understood. */
void http_put_problem(struct buffer *out, const struct http_reply *reply, const char *detail,
	const struct http_request *request);
