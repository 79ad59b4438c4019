/* Any bytes as a request: the pieces in which they arrive do not change the result; a path stays in
 * its directory; and the answers are well-formed. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "proto/http_path.h"
#include "proto/http_reply.h"
#include "proto/http_upgrade.h"

#define PREFIXES 300

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A part of the bytes gives the same result, or none yet. */
static void check_prefix(
	const char *bytes, size_t length, enum http_status status, const char *reason)
{
	const char *earlier = NULL;
	struct http_request request;
	enum http_status found = http_parse(bytes, length, &request, &earlier);

	assert(found == HTTP_STATUS_NONE || found == status);
	assert(!earlier || strcmp(earlier, reason) == 0);
	assert(found != HTTP_STATUS_OK || request.head_bytes <= length);
}

static void check_segment(const char *segment, size_t length)
{
	assert(length);
	assert(segment[0] != '.' || (length == 11 && memcmp(segment, ".well-known", 11) == 0));
	for (size_t i = 0; i < length; i++)
		assert((unsigned char) segment[i] >= ' ' && segment[i] != '\\');
}

static void check_path(const struct http_request *request)
{
	struct http_path path;
	size_t length;

	if (http_resolve(request, &path) != HTTP_STATUS_OK)
		return;
	assert(memchr(path.bytes, '\0', sizeof(path.bytes)));
	assert(text_is_utf8(path.bytes, strlen(path.bytes)));
	assert(*path.bytes || path.is_directory);
	for (const char *at = path.bytes; *at; at += length + (at[length] == '/')) {
		length = strcspn(at, "/");
		check_segment(at, length);
		assert(at[length] != '/' || at[length + 1]);
	}
	assert(*http_content_type(path.bytes));
}

/* The head ends with the only empty line, and no line is broken. */
static void check_answer(const struct buffer *out)
{
	const char *end = strstr(out->bytes, "\r\n\r\n");

	assert(end && strncmp(out->bytes, "HTTP/1.1 ", 9) == 0);
	for (const char *at = out->bytes; at < end; at++)
		assert((*at >= ' ' && *at <= '~') || *at == '\r' || *at == '\n');
}

static void check_websocket(const struct http_request *request)
{
	static const char *const origins[] = { "https://a.example", NULL };
	CLEANUP(buffer_done) struct buffer out = { 0 };
	struct http_upgrade upgrade;
	const char *reason;

	if (!http_wants_websocket(request))
		return;
	if (http_check_upgrade(request, origins, &upgrade, &reason) !=
			HTTP_STATUS_SWITCHING_PROTOCOLS &&
		http_check_upgrade(request, origins + 1, &upgrade, &reason) !=
			HTTP_STATUS_SWITCHING_PROTOCOLS) {
		assert(*reason);
		return;
	}
	assert(strlen(upgrade.accept) == HTTP_ACCEPT_BYTES - 1);
	http_put_upgrade(&out, &upgrade);
	check_answer(&out);
}

static void check_choices(const struct http_request *request)
{
	static const bool is_there[HTTP_ENCODINGS] = { true, true, true };
	enum http_encoding encoding = http_choose_encoding(request, is_there);
	CLEANUP(buffer_done) struct buffer out = { 0 };
	char etag[HTTP_ETAG_BYTES];
	struct http_reply reply = {
		.status = HTTP_STATUS_OK,
		.content_type = "text/plain",
		.encoding = encoding,
		.etag = etag,
		.closes = !request->may_persist,
	};

	assert(encoding < HTTP_ENCODINGS);
	http_format_etag(request->target.length, 1, encoding, etag);
	if (http_has_version(request, etag))
		reply.status = HTTP_STATUS_NOT_MODIFIED;
	http_put_head(&out, &reply);
	check_answer(&out);
}

static void check_refusal(enum http_status status, const char *reason)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };

	assert(status >= 400 && *reason && *http_status_text(status));
	http_put_refusal(&out, status, reason, 0, NULL);
	check_answer(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *) data, *reason = NULL;
	struct http_request request;
	enum http_status status = http_parse(bytes, size, &request, &reason);

	for (size_t n = 0; n < size; n += 1 + size / PREFIXES)
		check_prefix(bytes, n, status, reason);
	if (status == HTTP_STATUS_OK) {
		assert(request.head_bytes <= size && *request.target.bytes == '/');
		check_path(&request);
		check_websocket(&request);
		check_choices(&request);
	} else if (status != HTTP_STATUS_NONE) {
		check_refusal(status, reason);
	} else {
		assert(size < HTTP_HEAD_BYTES);
	}
	return 0;
}
