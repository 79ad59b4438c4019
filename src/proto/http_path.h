/* The file that the target of a request names. */
#pragma once

#include "proto/http.h"

#define HTTP_PATH_BYTES 1024 /* with the final NUL */

struct http_path {
	/* Relative to the directory of the pages: "css/main.css"; "" is the directory. It has no
	 * segment that is empty, "." or "..", and no backslash, control character or colon. */
	char bytes[HTTP_PATH_BYTES];
	bool is_directory; /* the target ended with a slash: an index is wanted */
};

/* Decode the path of the target, without its query. HTTP_STATUS_OK: ret_path is set. Otherwise the
 * answer: HTTP_STATUS_BAD_REQUEST, _NOT_FOUND for hidden files, or _URI_TOO_LONG. Symbolic links
 * are a matter of the caller. */
enum http_status http_resolve(const struct http_request *request, struct http_path *ret_path);
