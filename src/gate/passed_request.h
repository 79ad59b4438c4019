/* A request that papod answers: metrics, for example. The gate checks the form of the request and
 * collects its body; papod decides who may ask, and its answer goes to the client as it comes, no
 * faster than the client reads. */
#pragma once

#include <stdbool.h>

#include "gate/errand.h"
#include "gate/passing.h"
#include "proto/http.h"

/* What the administrator offers. */
struct passed_site {
	bool has_metrics;	/* at /metrics */
	bool has_notifications; /* at /notify/SOURCE */
	bool has_api;		/* at /api/v1 */
};

struct passed_needs {
	const struct passed_site *site; /* may change between two calls. The same for the next. */
	struct passing *const *passing;
};

/* Is the request for this? */
bool passed_request_is(const struct passed_site *site, const struct http_request *request);
/* Begin it. ERRAND_STEP_ASKS, ERRAND_STEP_RECEIVES: *ret_errand is to be freed. */
enum errand_step passed_request_begin(const struct passed_needs *needs,
	const struct errand_peer *peer, const struct http_request *request,
	struct errand_answer *answer, struct errand **ret_errand);
