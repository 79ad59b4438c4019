/* What papod answers over HTTP: a row for each method and path decides who may ask, and what is
 * done. papod-gate passes the requests on, see proto/web_request.h. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "proto/http.h"
#include "report/report_rows.h"

#define WEB_MOST_PARAMS 8
#define WEB_ALLOW_BYTES 64

enum web_task {
	WEB_TASK_METRICS,
	WEB_TASK_NOTIFY,
	WEB_TASK_OPENAPI,
	WEB_TASK_REPORT, /* that of the row */
	WEB_TASK_SEND,
	WEB_TASK_EVENTS, /* rows of that report */
};

/* Who may ask. */
enum web_access {
	WEB_ACCESS_METRICS, /* addresses of web.metrics */
	WEB_ACCESS_TOKEN,   /* programs of api_tokens that have the scope */
	WEB_ACCESS_SOURCE,  /* the source of notifications that the path names, with its token */
};

struct web_route {
	const char *path; /* a segment in braces is a parameter: "/channels/{channel}" */
	enum http_method method;
	enum web_task task;
	enum web_access access;
	const char *scope; /* of api_tokens; NULL: any */
	enum report_kind report;
};

/* In the path, and behind it. Decoded, UTF-8 and without control characters. */
struct web_param {
	char *name;
	char *value;
};

struct web_match {
	const struct web_route *route;
	struct web_param params[WEB_MOST_PARAMS];
	size_t n_params;
	char allow[WEB_ALLOW_BYTES]; /* methods, with HTTP_STATUS_METHOD_NOT_ALLOWED */
};

/* Find the row for a target, which begins with a slash. HTTP_STATUS_OK: the caller calls
 * web_match_done(). Otherwise the status of the answer, and a reason. */
enum http_status web_route_find(enum http_method method, const char *target,
	struct web_match *ret_match, const char **ret_reason);
void web_match_done(struct web_match *match);

/* NULL: there is none of that name. */
const char *web_match_param(const struct web_match *match, const char *name);

/* Is it in the path? */
bool web_route_has_param(const struct web_route *route, const char *name);
const struct web_route *web_route(size_t index); /* NULL after the last */
