/* Owns answers to HTTP requests. */
#include "proto/http_reply.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/date.h"
#include "base/text.h"
#include "proto/http_weight.h"

const char http_content_policy[] =
	"default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
	"object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

static const struct status_row {
	enum http_status status;
	const char *text;
} status_rows[] = {
	{ HTTP_STATUS_CONTINUE, "Continue" },
	{ HTTP_STATUS_SWITCHING_PROTOCOLS, "Switching Protocols" },
	{ HTTP_STATUS_OK, "OK" },
	{ HTTP_STATUS_CREATED, "Created" },
	{ HTTP_STATUS_NO_CONTENT, "No Content" },
	{ HTTP_STATUS_PARTIAL_CONTENT, "Partial Content" },
	{ HTTP_STATUS_NOT_MODIFIED, "Not Modified" },
	{ HTTP_STATUS_BAD_REQUEST, "Bad Request" },
	{ HTTP_STATUS_UNAUTHORIZED, "Unauthorized" },
	{ HTTP_STATUS_FORBIDDEN, "Forbidden" },
	{ HTTP_STATUS_NOT_FOUND, "Not Found" },
	{ HTTP_STATUS_METHOD_NOT_ALLOWED, "Method Not Allowed" },
	{ HTTP_STATUS_TIMEOUT, "Request Timeout" },
	{ HTTP_STATUS_LENGTH_REQUIRED, "Length Required" },
	{ HTTP_STATUS_CONTENT_TOO_LARGE, "Content Too Large" },
	{ HTTP_STATUS_URI_TOO_LONG, "URI Too Long" },
	{ HTTP_STATUS_UNSUPPORTED_TYPE, "Unsupported Media Type" },
	{ HTTP_STATUS_RANGE_NOT_SATISFIABLE, "Range Not Satisfiable" },
	{ HTTP_STATUS_EXPECTATION_FAILED, "Expectation Failed" },
	{ HTTP_STATUS_UNPROCESSABLE, "Unprocessable Content" },
	{ HTTP_STATUS_UPGRADE_REQUIRED, "Upgrade Required" },
	{ HTTP_STATUS_TOO_MANY_REQUESTS, "Too Many Requests" },
	{ HTTP_STATUS_HEAD_TOO_LARGE, "Request Header Fields Too Large" },
	{ HTTP_STATUS_INTERNAL_ERROR, "Internal Server Error" },
	{ HTTP_STATUS_NOT_IMPLEMENTED, "Not Implemented" },
	{ HTTP_STATUS_UNAVAILABLE, "Service Unavailable" },
	{ HTTP_STATUS_VERSION_NOT_SUPPORTED, "HTTP Version Not Supported" },
	{ HTTP_STATUS_INSUFFICIENT_STORAGE, "Insufficient Storage" },
};

/* Fields that an answer with this status must have. */
static const struct status_fields {
	enum http_status status;
	const char *fields;
} status_fields[] = {
	/* RFC 9110 15.5.22, RFC 6455 4.4 */
	{ HTTP_STATUS_UPGRADE_REQUIRED, "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" },
};

/* Sorted by suffix. */
static const struct content_type {
	const char *suffix;
	const char *type;
} content_types[] = {
	{ "avif", "image/avif" },
	{ "css", "text/css; charset=utf-8" },
	{ "flac", "audio/flac" },
	{ "gif", "image/gif" },
	{ "htm", "text/html; charset=utf-8" },
	{ "html", "text/html; charset=utf-8" },
	{ "ico", "image/vnd.microsoft.icon" },
	{ "jpeg", "image/jpeg" },
	{ "jpg", "image/jpeg" },
	{ "js", "text/javascript; charset=utf-8" },
	{ "json", "application/json" },
	{ "map", "application/json" },
	{ "md", "text/markdown; charset=utf-8" },
	{ "mjs", "text/javascript; charset=utf-8" },
	{ "mp3", "audio/mpeg" },
	{ "mp4", "video/mp4" },
	{ "ogg", "audio/ogg" },
	{ "opus", "audio/ogg" },
	{ "otf", "font/otf" },
	{ "pdf", "application/pdf" },
	{ "png", "image/png" },
	{ "svg", "image/svg+xml" },
	{ "ttf", "font/ttf" },
	{ "txt", "text/plain; charset=utf-8" },
	{ "wasm", "application/wasm" },
	{ "wav", "audio/wav" },
	{ "webm", "video/webm" },
	{ "webmanifest", "application/manifest+json" },
	{ "webp", "image/webp" },
	{ "woff", "font/woff" },
	{ "woff2", "font/woff2" },
	{ "xml", "application/xml" },
};

/* In the order of preference among equals. */
static const struct encoding_row {
	enum http_encoding encoding;
	const char *name;
	const char *suffix;
} encoding_rows[] = {
	{ HTTP_ENCODING_BROTLI, "br", ".br" },
	{ HTTP_ENCODING_GZIP, "gzip", ".gz" },
	{ HTTP_ENCODING_NONE, "identity", "" },
};

const char *http_status_text(enum http_status status)
{
	for (size_t i = 0; i < ARRAY_LENGTH(status_rows); i++)
		if (status_rows[i].status == status)
			return status_rows[i].text;
	return "";
}

static const struct encoding_row *encoding_row(enum http_encoding encoding)
{
	const struct encoding_row *row = encoding_rows;

	while (row->encoding != encoding)
		row++;
	return row;
}

const char *http_encoding_suffix(enum http_encoding encoding)
{
	return encoding_row(encoding)->suffix;
}

static void put_reply_field(struct buffer *out, const char *name, const char *value)
{
	assert(!strpbrk(value, "\r\n"));
	buffer_format(out, "%s: %s\r\n", name, value);
}

/* What a browser may do with the content. */
static void put_security(struct buffer *out, const struct http_reply *reply)
{
	put_reply_field(out, "Content-Security-Policy",
		reply->content_policy ? reply->content_policy : http_content_policy);
	put_reply_field(out, "Cross-Origin-Opener-Policy", "same-origin");
	put_reply_field(out, "Cross-Origin-Resource-Policy",
		reply->is_for_all_pages ? "cross-origin" : "same-origin");
	put_reply_field(out, "Referrer-Policy", "no-referrer");
	put_reply_field(out, "X-Content-Type-Options", "nosniff");
	put_reply_field(out, "X-Frame-Options", "DENY");
}

/* RFC 9112 6. */
static void put_length(struct buffer *out, const struct http_reply *reply)
{
	switch (reply->ends) {
	case HTTP_END_KNOWN:
		buffer_put_text(out, "Content-Length: ");
		buffer_put_number(out, reply->content_length);
		buffer_put_text(out, "\r\n");
		return;
	case HTTP_END_CHUNK:
		put_reply_field(out, "Transfer-Encoding", "chunked");
		return;
	case HTTP_END_CLOSE:
		return;
	}
}

static void put_content(struct buffer *out, const struct http_reply *reply)
{
	if (!reply->content_type) {
		if (reply->status == HTTP_STATUS_CREATED)
			put_reply_field(out, "Content-Length", "0");
		return;
	}
	put_reply_field(out, "Content-Type", reply->content_type);
	if (reply->encoding != HTTP_ENCODING_NONE)
		put_reply_field(out, "Content-Encoding", encoding_row(reply->encoding)->name);
	put_length(out, reply);
}

/* RFC 9110 15.4.5: an answer without content repeats these, too. */
static void put_caching(struct buffer *out, const struct http_reply *reply)
{
	if (reply->etag)
		put_reply_field(out, "ETag", reply->etag);
	if (reply->varies)
		put_reply_field(out, "Vary", "Accept-Encoding");
	put_reply_field(out, "Cache-Control", reply->cache ? reply->cache : "no-cache");
}

static void put_connection(struct buffer *out, const struct http_reply *reply)
{
	bool upgrades = reply->status == HTTP_STATUS_UPGRADE_REQUIRED;

	if (upgrades)
		put_reply_field(out, "Connection", reply->closes ? "Upgrade, close" : "Upgrade");
	else if (reply->closes)
		put_reply_field(out, "Connection", "close");
	/* RFC 9110 15.5.6 */
	if (reply->status == HTTP_STATUS_METHOD_NOT_ALLOWED)
		put_reply_field(out, "Allow", reply->allow ? reply->allow : "GET, HEAD");
	if (reply->more)
		buffer_put_text(out, reply->more);
	for (size_t i = 0; i < ARRAY_LENGTH(status_fields); i++)
		if (status_fields[i].status == reply->status)
			buffer_put_text(out, status_fields[i].fields);
}

void http_put_head(struct buffer *out, const struct http_reply *reply)
{
	char date[DATE_BYTES];

	buffer_format(
		out, "HTTP/1.1 %d %s\r\n", (int) reply->status, http_status_text(reply->status));
	date_format_http(reply->wall_ms, date);
	put_reply_field(out, "Date", date);
	put_content(out, reply);
	put_caching(out, reply);
	put_security(out, reply);
	put_connection(out, reply);
	buffer_put_text(out, "\r\n");
}

void http_put_reason(struct buffer *out, const struct http_reply *reply, const char *reason,
	const struct http_request *request)
{
	struct http_reply whole = *reply;

	whole.content_type = http_content_type(".txt");
	whole.content_length = strlen(reason) + 1;
	whole.cache = "no-store";
	whole.closes = true;
	http_put_head(out, &whole);
	if (!request || !request->is_head)
		buffer_format(out, "%s\n", reason);
}

void http_put_refusal(struct buffer *out, enum http_status status, const char *reason,
	uint64_t wall_ms, const struct http_request *request)
{
	const struct http_reply reply = { .status = status, .wall_ms = wall_ms };

	http_put_reason(out, &reply, reason, request);
}

const char *http_content_type(const char *path)
{
	const char *dot = strrchr(path, '.');

	for (size_t i = 0; dot && i < ARRAY_LENGTH(content_types); i++)
		if (text_equals_ignoring_case(dot + 1, content_types[i].suffix))
			return content_types[i].type;
	return "application/octet-stream";
}

/* Divide "gzip;q=0.5" into the coding, which stays in *member, and its weight. A member that is
 * malformed counts as refused. */
static int take_weight(struct http_text *member)
{
	const char *end = memchr(member->bytes, ';', member->length);
	struct http_text weight;

	if (!end)
		return HTTP_MOST_WEIGHT;
	weight.bytes = end + 1;
	weight.length = member->length - (size_t) (weight.bytes - member->bytes);
	member->length = (size_t) (end - member->bytes);
	*member = http_trim(*member);
	weight = http_trim(weight);
	if (weight.length < 2 || text_lower(*weight.bytes) != 'q' || weight.bytes[1] != '=')
		return -1;
	weight.bytes += 2;
	weight.length -= 2;
	return http_parse_weight(&weight);
}

static bool names_encoding(const struct http_text *member, const struct encoding_row *row)
{
	/* RFC 9110 8.4.1.3 */
	return http_text_matches(member, row->name) ||
	       (row->encoding == HTTP_ENCODING_GZIP && http_text_matches(member, "x-gzip"));
}

/* RFC 9110 12.5.3: the weight of an encoding, by its own name or by "*". Files are also sent
 * without encoding to clients that refuse that: the text of an error would be without, too. */
static int encoding_weight(const struct http_request *request, const struct encoding_row *row)
{
	struct http_walk walk = http_walk_begin(request);
	int others = 0, weight;
	struct http_text member;

	while (http_walk_next(&walk, HTTP_FIELD_ACCEPT_ENCODING, &member)) {
		weight = take_weight(&member);
		if (names_encoding(&member, row))
			return weight;
		if (http_text_is(&member, "*"))
			others = weight;
	}
	return others;
}

enum http_encoding http_choose_encoding(
	const struct http_request *request, const bool is_there[HTTP_ENCODINGS])
{
	enum http_encoding best = HTTP_ENCODING_NONE;
	int best_weight = 0, weight;

	for (size_t i = 0; i < ARRAY_LENGTH(encoding_rows); i++) {
		if (!is_there[encoding_rows[i].encoding])
			continue;
		weight = encoding_weight(request, &encoding_rows[i]);
		if (weight <= best_weight)
			continue;
		best = encoding_rows[i].encoding;
		best_weight = weight;
	}
	return best;
}

void http_format_etag(
	uint64_t size, uint64_t changed_ns, enum http_encoding encoding, char text[HTTP_ETAG_BYTES])
{
	snprintf(text, HTTP_ETAG_BYTES, "\"%llx-%llx-%s\"", (unsigned long long) size,
		(unsigned long long) changed_ns, encoding_row(encoding)->name);
}

/* RFC 9110 13.1.2: a weak comparison. */
bool http_has_version(const struct http_request *request, const char *etag)
{
	struct http_walk walk = http_walk_begin(request);
	struct http_text member;

	while (http_walk_next(&walk, HTTP_FIELD_IF_NONE_MATCH, &member)) {
		if (http_text_is(&member, "*"))
			return true;
		if (member.length > 2 && memcmp(member.bytes, "W/", 2) == 0) {
			member.bytes += 2;
			member.length -= 2;
		}
		if (http_text_is(&member, etag))
			return true;
	}
	return false;
}
