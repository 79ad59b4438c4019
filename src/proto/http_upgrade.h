/* The opening handshake of WebSocket, as the server sees it (RFC 6455 section 4.2). */
#pragma once

#include "base/buffer.h"
#include "proto/http.h"
#include "proto/websocket.h"

#define HTTP_ACCEPT_BYTES 29 /* the base64 of a SHA-1, and a NUL */

struct http_upgrade {
	enum websocket_protocol protocol; /* the first of the client's list that is known */
	char accept[HTTP_ACCEPT_BYTES];	  /* Sec-WebSocket-Accept */
};

/* Does the request ask for WebSocket? Otherwise it is for a page. */
bool http_wants_websocket(const struct http_request *request);

/* Check a request that asks for WebSocket. The origins end with NULL: "https://example.org", or
 * "null", or "*" for all. Without any, pages of the same host and port may connect. Programs that
 * are no browsers send no origin, and may always connect (RFC 6455 10.2).
 * HTTP_STATUS_SWITCHING_PROTOCOLS: ret_upgrade is set. Otherwise the answer:
 * HTTP_STATUS_BAD_REQUEST, _FORBIDDEN or _UPGRADE_REQUIRED; *ret_reason is as in http_parse(). */
enum http_status http_check_upgrade(const struct http_request *request, const char *const *origins,
	struct http_upgrade *ret_upgrade, const char **ret_reason);

/* Is the request of no page, or of one from these origins? */
bool http_may_connect(const struct http_request *request, const char *const *origins);

/* Append the head that answers the request. Frames follow it. */
void http_put_upgrade(struct buffer *out, const struct http_upgrade *upgrade);
