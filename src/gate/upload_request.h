/* A request about an uploaded file: to upload one, to download, or to remove it.
 *
 * Everything that the head of the request can tell is checked first, then papod is asked whose the
 * credentials are, then the space is reserved; only then the body is read, to the disk. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"
#include "gate/asker.h"
#include "gate/errand.h"
#include "gate/uploads.h"
#include "proto/http.h"

/* What the administrator offers. */
struct upload_site {
	const char *url;  /* NULL: nothing */
	const char *path; /* of the URL: "/upload" */
	struct uploads_limits limits;
	uint64_t bytes; /* of a file */
	uint32_t days;	/* after which it is removed; 0: never */
	char *const *types;
	size_t n_types;
	const char *const *origins; /* of pages that may upload; see http_may_connect() */
};

struct upload_needs {
	const struct log *log;
	const struct upload_site *site; /* may change between two calls. The same for the next. */
	struct uploads *const *store;	/* *store NULL: its directory cannot be used */
	struct asker *const *asker;
};

/* Is the request for this? */
bool upload_request_is(const struct upload_site *site, const struct http_request *request);
/* Begin it. ERRAND_STEP_ASKS: *ret_errand is to be freed. */
enum errand_step upload_request_begin(const struct upload_needs *needs,
	const struct errand_peer *peer, const struct http_request *request,
	struct errand_answer *answer, struct errand **ret_errand);
