/* What a request says of a file that it uploads, and of the part of a file that it reads. All texts
 * are those of hostile clients; the results are safe to store and to send. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "proto/http.h"

#define UPLOAD_TYPE_BYTES 64  /* with the NUL; so for the next */
#define UPLOAD_NAME_BYTES 120 /* of the file, as its uploader calls it */

/* Content-Type: "image/png", in small letters, without parameters. False: missing or malformed. */
bool http_upload_type(const struct http_request *request, char type[UPLOAD_TYPE_BYTES]);
/* Is a type in a list of types, such as "image/png"? An asterisk behind a slash is any subtype. */
bool http_type_is_in(const char *type, char *const *list, size_t count);
/* How a file of the type is sent: as what, and whether browsers may show it. Types that browsers do
 * not only show, but run, such as HTML and SVG, are sent as bytes of no type. */
struct http_served_type {
	const char *content_type;
	const char *extension; /* "png" */
	bool is_shown;
};
const struct http_served_type *http_served_type(const char *type);

/* Content-Disposition: the name without directories and without characters that are not for names
 * of files; "" if there is none. */
void http_upload_name(const struct http_request *request, char name[UPLOAD_NAME_BYTES]);
/* Append the field line for a file of that name, which may be empty. */
void http_put_disposition(struct buffer *out, bool is_shown, const char *name);

/* Authorization. */
enum http_credentials {
	HTTP_CREDENTIALS_NONE,
	HTTP_CREDENTIALS_MALFORMED,
	HTTP_CREDENTIALS_PLAIN,	 /* a message of the mechanism PLAIN */
	HTTP_CREDENTIALS_BEARER, /* a message of the mechanism OAUTHBEARER */
	HTTP_CREDENTIALS_TOKEN,	 /* a token of papod */
};
/* Append the message, or the token. The caller makes the buffer secret. */
enum http_credentials http_read_credentials(
	const struct http_request *request, struct buffer *message);

/* Expect: does the client wait for HTTP_STATUS_CONTINUE? HTTP_STATUS_OK: no; or
 * HTTP_STATUS_EXPECTATION_FAILED. */
enum http_status http_read_expectation(const struct http_request *request);

/* Range: HTTP_STATUS_OK: the whole file; HTTP_STATUS_PARTIAL_CONTENT: ret_first and ret_length are
 * set; or HTTP_STATUS_RANGE_NOT_SATISFIABLE. */
enum http_status http_read_range(const struct http_request *request, const char *etag,
	uint64_t size, uint64_t *ret_first, uint64_t *ret_length);
