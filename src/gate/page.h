/* The file that answers a request. */
#pragma once

#include <stdint.h>

#include "proto/http_reply.h"

/* What the administrator offers. */
struct page_site {
	const char *directory;	/* of the pages; NULL: none */
	const char *challenges; /* of files that prove to an issuer of certificates who we are (RFC
				   8555 8.3); NULL: none */
};

struct page {
	int fd; /* of a regular file; owned by the caller */
	uint64_t size;
	uint64_t changed_ns;
	const char *content_type;
	enum http_encoding encoding;
	bool varies; /* the file has several encodings */
};

/* Find the file in the directories, which may be replaced at any time. HTTP_STATUS_OK: ret_page is
 * set. Otherwise the answer; *ret_reason is a text for the user. */
enum http_status page_open(const struct page_site *site, const struct http_request *request,
	struct page *ret_page, const char **ret_reason);
