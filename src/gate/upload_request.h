/* A request about an uploaded file: to upload one, to download, or to remove it.
 *
 * Everything that the head of the request can tell is checked first, then papod is asked whose the
 * credentials are, then the space is reserved; only then the body is read, to the disk. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "base/buffer.h"
#include "base/log.h"
#include "gate/asker.h"
#include "gate/uploads.h"
#include "proto/http.h"
#include "proto/tls_facts.h"

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

/* Where the request comes from. */
struct upload_peer {
	const struct address *address;
	const struct tls_facts *facts; /* version 0: no TLS */
	bool is_private;	       /* with TLS, or inside of the machine */
	void (*on_answer)(void *data); /* papod has answered: call upload_request_go_on() */
	void *data;
};

struct upload_request;

enum upload_step {
	UPLOAD_STEP_ANSWERED, /* the answer is complete; the connection is closed behind it */
	UPLOAD_STEP_FILE,     /* its head is in the answer; the rest is that of the file */
	UPLOAD_STEP_ASKS,     /* until on_answer() */
	UPLOAD_STEP_RECEIVES, /* the body, see upload_request_take(). An answer is to be sent before
			       */
};

struct upload_answer {
	struct buffer head; /* or all of it */
	/* UPLOAD_STEP_FILE: what follows is owned by the caller */
	int fd;
	uint64_t length;
};

/* Is the request for this? */
bool upload_request_is(const struct upload_site *site, const struct http_request *request);
/* Begin it. UPLOAD_STEP_ASKS: *ret_upload is to be freed. What is to be sent is in the answer, here
 * and below. */
enum upload_step upload_request_begin(const struct upload_needs *needs,
	const struct upload_peer *peer, const struct http_request *request,
	struct upload_answer *answer, struct upload_request **ret_upload);
enum upload_step upload_request_go_on(struct upload_request *upload, struct buffer *answer);
/* Bytes of the body; those behind its end are not wanted. */
enum upload_step upload_request_take(
	struct upload_request *upload, const void *bytes, size_t length, struct buffer *answer);
void upload_request_free(struct upload_request *upload); /* NULL is allowed */
/* Append the answer to a body that came too slowly. */
void upload_request_time_out(const struct upload_request *upload, struct buffer *answer);
