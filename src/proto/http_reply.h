/* Answers to HTTP requests: their heads, and what decides on a file's answer. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "proto/http.h"

enum http_encoding {
	HTTP_ENCODING_NONE,
	HTTP_ENCODING_BROTLI,
	HTTP_ENCODING_GZIP,
	HTTP_ENCODINGS
};

/* How the client sees where the content ends. */
enum http_end {
	HTTP_END_KNOWN, /* its length was sent */
	HTTP_END_CHUNK, /* the last chunk is empty: not for HTTP/1.0 */
	HTTP_END_CLOSE, /* the connection is closed */
};

#define HTTP_ETAG_BYTES 48

struct http_reply {
	enum http_status status;
	uint64_t wall_ms;	     /* for Date */
	const char *content_type;    /* NULL: no content */
	uint64_t content_length;     /* if there is a content; also for HEAD */
	enum http_end ends;	     /* HTTP_END_KNOWN if it is not set */
	enum http_encoding encoding; /* of the content */
	bool varies;		     /* the file has several encodings */
	const char *etag;	     /* NULL: none */
	const char *cache;	     /* Cache-Control; NULL: "no-cache", which revalidates */
	const char *content_policy;  /* NULL: http_content_policy */
	bool closes;		     /* the connection is closed behind the answer */
	bool is_for_all_pages;	     /* those of other servers may show the content, too */
	const char *allow;	     /* of HTTP_STATUS_METHOD_NOT_ALLOWED; NULL: "GET, HEAD" */
	const char *more;	     /* further lines, each with its CR LF; NULL: none */
};

/* The Content-Security-Policy of a page that only talks to its own server. */
extern const char http_content_policy[];

/* Append the head; the content follows it. Texts must not contain CR or LF. */
void http_put_head(struct buffer *out, const struct http_reply *reply);

/* Append a whole answer that is a short text; of the reply count the status, the time, and what
 * further lines need. The connection is closed behind it. */
void http_put_reason(struct buffer *out, const struct http_reply *reply, const char *reason,
	const struct http_request *request);

/* Append a whole answer that refuses a request, as a short text; the connection is closed behind
 * it. The request is NULL if it was not understood. */
void http_put_refusal(struct buffer *out, enum http_status status, const char *reason,
	uint64_t wall_ms, const struct http_request *request);

/* "Not Found", as in a status line. */
const char *http_status_text(enum http_status status);

/* By the end of the file's name; never NULL. */
const char *http_content_type(const char *path);

/* ".br", ".gz" or "". */
const char *http_encoding_suffix(enum http_encoding encoding);
/* The encoding that the client prefers among those of the file, which always exists without one. */
enum http_encoding http_choose_encoding(
	const struct http_request *request, const bool is_there[HTTP_ENCODINGS]);

/* A text that changes with the file: its size, time of change and encoding. */
void http_format_etag(uint64_t size, uint64_t changed_ns, enum http_encoding encoding,
	char text[HTTP_ETAG_BYTES]);
/* Has the client this version already? Then the answer is HTTP_STATUS_NOT_MODIFIED. */
bool http_has_version(const struct http_request *request, const char *etag);
