/* One request to a push service, as curl carries it out. */
#pragma once

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "base/buffer.h"
#include "proto/push_lines.h"
#include "proto/push_url.h"

struct post;

struct post_needs {
	const struct push_message *message; /* which outlives the request */
	const struct push_url *url;
	struct address address; /* checked; the only one that it connects to */
	const char *authorization;
	const struct buffer *body;
	const char *ca_file; /* NULL: the certificates that the system trusts */
	void *data;	     /* see post_data() */
};

/* NULL: there is no memory. */
struct post *post_new(const struct post_needs *needs);
/* The handle must have been removed from curl. NULL is allowed. */
void post_free(struct post *post);
CURL *post_handle(const struct post *post);
void *post_data(CURL *handle);

enum post_verdict {
	POST_TAKEN,
	POST_GONE,
	POST_LATER,  /* try again, as the service says */
	POST_BROKEN, /* it could not be reached; perhaps at another address, or later */
	POST_REFUSED,
};

/* It is over. Unless it is taken, the reason says why not, with the status of HTTP. */
enum post_verdict post_verdict(
	const struct post *post, CURLcode code, char reason[PUSH_REASON_BYTES]);
/* Of Retry-After, in milliseconds; 0: the service does not say. */
uint64_t post_retry_ms(const struct post *post);
