/* The head of an HTTP request (RFC 9110, RFC 9112), as the server of a web page needs it, or of
 * files that are uploaded: HTTP/1.0 and 1.1, and a body only with POST. The parser is stricter than
 * the RFCs demand: lines end with CR LF only, and lines that are folded are refused. All sizes are
 * in bytes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of the request line and all fields, with the empty line at the end. */
#define HTTP_HEAD_BYTES (8 * 1024)

enum http_status {
	HTTP_STATUS_NONE, /* the head is not complete */
	HTTP_STATUS_CONTINUE = 100,
	HTTP_STATUS_SWITCHING_PROTOCOLS = 101,
	HTTP_STATUS_OK = 200,
	HTTP_STATUS_CREATED = 201,
	HTTP_STATUS_NO_CONTENT = 204,
	HTTP_STATUS_PARTIAL_CONTENT = 206,
	HTTP_STATUS_NOT_MODIFIED = 304,
	HTTP_STATUS_BAD_REQUEST = 400,
	HTTP_STATUS_UNAUTHORIZED = 401,
	HTTP_STATUS_FORBIDDEN = 403,
	HTTP_STATUS_NOT_FOUND = 404,
	HTTP_STATUS_METHOD_NOT_ALLOWED = 405,
	HTTP_STATUS_TIMEOUT = 408,
	HTTP_STATUS_LENGTH_REQUIRED = 411,
	HTTP_STATUS_CONTENT_TOO_LARGE = 413,
	HTTP_STATUS_URI_TOO_LONG = 414,
	HTTP_STATUS_UNSUPPORTED_TYPE = 415,
	HTTP_STATUS_RANGE_NOT_SATISFIABLE = 416,
	HTTP_STATUS_EXPECTATION_FAILED = 417,
	HTTP_STATUS_UNPROCESSABLE = 422,
	HTTP_STATUS_UPGRADE_REQUIRED = 426,
	HTTP_STATUS_TOO_MANY_REQUESTS = 429,
	HTTP_STATUS_HEAD_TOO_LARGE = 431,
	HTTP_STATUS_INTERNAL_ERROR = 500,
	HTTP_STATUS_NOT_IMPLEMENTED = 501,
	HTTP_STATUS_UNAVAILABLE = 503,
	HTTP_STATUS_VERSION_NOT_SUPPORTED = 505,
	HTTP_STATUS_INSUFFICIENT_STORAGE = 507,
};

/* GET stands for HEAD, too: see is_head. */
enum http_method {
	HTTP_METHOD_GET,
	HTTP_METHOD_POST,
	HTTP_METHOD_DELETE,
	HTTP_METHOD_OPTIONS,
};

/* Some bytes of the head, not ended by a NUL. */
struct http_text {
	const char *bytes;
	size_t length;
};

/* The fields that the server reads. */
enum http_field {
	HTTP_FIELD_ACCEPT,
	HTTP_FIELD_ACCEPT_ENCODING,
	HTTP_FIELD_AUTHORIZATION,
	HTTP_FIELD_CONNECTION,
	HTTP_FIELD_CONTENT_DISPOSITION,
	HTTP_FIELD_CONTENT_ENCODING,
	HTTP_FIELD_CONTENT_LENGTH,
	HTTP_FIELD_CONTENT_RANGE,
	HTTP_FIELD_CONTENT_TYPE,
	HTTP_FIELD_EXPECT,
	HTTP_FIELD_HOST,
	HTTP_FIELD_IF_NONE_MATCH,
	HTTP_FIELD_IF_RANGE,
	HTTP_FIELD_LAST_EVENT_ID,
	HTTP_FIELD_ORIGIN,
	HTTP_FIELD_RANGE,
	HTTP_FIELD_TRANSFER_ENCODING,
	HTTP_FIELD_UPGRADE,
	HTTP_FIELD_WEBSOCKET_KEY,
	HTTP_FIELD_WEBSOCKET_PROTOCOL,
	HTTP_FIELD_WEBSOCKET_VERSION,
	/* Of webhooks: what happened, and a signature of the body. */
	HTTP_FIELD_FORGEJO_EVENT,
	HTTP_FIELD_FORGEJO_SIGNATURE,
	HTTP_FIELD_GITEA_EVENT,
	HTTP_FIELD_GITEA_SIGNATURE,
	HTTP_FIELD_GITHUB_EVENT,
	HTTP_FIELD_HUB_SIGNATURE,
	HTTP_FIELDS
};

/* It points into the bytes that were parsed. */
struct http_request {
	enum http_method method;
	bool is_head;		 /* HEAD; otherwise GET */
	bool is_chunked;	 /* POST with a body of an unknown length, which is refused */
	bool has_length;	 /* of the body; the same for the next */
	uint64_t content_length; /* 0 unless the method is POST */
	bool is_http10;		 /* the client does not know HTTP/1.1 */
	bool may_persist;	 /* the client accepts another answer on this connection */
	size_t head_bytes;	 /* the rest of the input is the body, or another request */
	struct http_text target; /* its path and query: "/a?b" */
	struct http_text host;	 /* with the port, if any; empty if not given */
	struct http_text fields; /* all field lines */
};

/* Parse the head at the start of the bytes. HTTP_STATUS_OK: ret_request is set. HTTP_STATUS_NONE:
 * bytes are missing. Any other status is the answer, after which the connection must be closed;
 * a mistake is reported as soon as its line is there. With HTTP_STATUS_BAD_REQUEST and others,
 * *ret_reason is a short ASCII text without details of the input. Bytes beyond HTTP_HEAD_BYTES do
 * not change the result, nor do the pieces in which the bytes arrive. */
enum http_status http_parse(const char *bytes, size_t length, struct http_request *ret_request,
	const char **ret_reason);

/* The value of a field; of the first line, if there are several. False: there is none. */
bool http_get(
	const struct http_request *request, enum http_field field, struct http_text *ret_value);

/* Walk the members of a field that is a list, in all its lines (RFC 9110 5.6.1). Quoted strings are
 * not recognised: a comma in one divides it. */
struct http_walk {
	struct http_text lines;
	struct http_text members;
};
struct http_walk http_walk_begin(const struct http_request *request);
bool http_walk_next(struct http_walk *walk, enum http_field field, struct http_text *ret_member);

/* Has the list this member? The case of letters does not matter. */
bool http_has_member(const struct http_request *request, enum http_field field, const char *member);

bool http_text_is(const struct http_text *text, const char *other);
bool http_text_matches(const struct http_text *text, const char *other); /* ignoring case */
/* Without spaces and tabs at both ends. */
struct http_text http_trim(struct http_text text);
bool http_is_token(const char *bytes, size_t length);
