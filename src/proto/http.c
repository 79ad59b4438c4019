/* Owns the heads of HTTP requests.
 *
 * A head is read line by line, each time from its start: the parser has no state, and a mistake is
 * found when its line is complete. Of the fields only those of a table are known. Whatever two
 * parsers could understand differently is refused: bare CR and LF, folded lines, spaces before a
 * colon, repeated fields that have one value, bodies with two lengths. */
#include "proto/http.h"

#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/text.h"

/* A field that is no list must not be repeated (RFC 9110 5.3). */
static const struct known_field {
	const char *name;
	bool is_list;
} known_fields[HTTP_FIELDS] = {
	[HTTP_FIELD_ACCEPT] = { "Accept", true },
	[HTTP_FIELD_ACCEPT_ENCODING] = { "Accept-Encoding", true },
	[HTTP_FIELD_AUTHORIZATION] = { "Authorization", false },
	[HTTP_FIELD_CONNECTION] = { "Connection", true },
	[HTTP_FIELD_CONTENT_DISPOSITION] = { "Content-Disposition", false },
	[HTTP_FIELD_CONTENT_ENCODING] = { "Content-Encoding", true },
	[HTTP_FIELD_CONTENT_LENGTH] = { "Content-Length", false },
	[HTTP_FIELD_CONTENT_RANGE] = { "Content-Range", false },
	[HTTP_FIELD_CONTENT_TYPE] = { "Content-Type", false },
	[HTTP_FIELD_EXPECT] = { "Expect", true },
	[HTTP_FIELD_HOST] = { "Host", false },
	[HTTP_FIELD_IF_NONE_MATCH] = { "If-None-Match", true },
	[HTTP_FIELD_IF_RANGE] = { "If-Range", false },
	[HTTP_FIELD_LAST_EVENT_ID] = { "Last-Event-ID", false },
	[HTTP_FIELD_ORIGIN] = { "Origin", false },
	[HTTP_FIELD_RANGE] = { "Range", false },
	[HTTP_FIELD_TRANSFER_ENCODING] = { "Transfer-Encoding", false },
	[HTTP_FIELD_UPGRADE] = { "Upgrade", true },
	[HTTP_FIELD_WEBSOCKET_KEY] = { "Sec-WebSocket-Key", false },
	[HTTP_FIELD_WEBSOCKET_PROTOCOL] = { "Sec-WebSocket-Protocol", true },
	[HTTP_FIELD_WEBSOCKET_VERSION] = { "Sec-WebSocket-Version", false },
	[HTTP_FIELD_FORGEJO_EVENT] = { "X-Forgejo-Event", false },
	[HTTP_FIELD_FORGEJO_SIGNATURE] = { "X-Forgejo-Signature", false },
	[HTTP_FIELD_GITEA_EVENT] = { "X-Gitea-Event", false },
	[HTTP_FIELD_GITEA_SIGNATURE] = { "X-Gitea-Signature", false },
	[HTTP_FIELD_GITHUB_EVENT] = { "X-GitHub-Event", false },
	[HTTP_FIELD_HUB_SIGNATURE] = { "X-Hub-Signature-256", false },
};

static const struct known_method {
	const char *name;
	enum http_method method;
} known_methods[] = {
	{ "GET", HTTP_METHOD_GET },
	{ "HEAD", HTTP_METHOD_GET },
	{ "POST", HTTP_METHOD_POST },
	{ "DELETE", HTTP_METHOD_DELETE },
	{ "OPTIONS", HTTP_METHOD_OPTIONS },
};

/* Methods that exist, and that the server does not need (RFC 9110 9.1, RFC 5789). */
static const char *const other_methods[] = { "CONNECT", "PATCH", "PUT", "TRACE" };

/* The start of a target with a host (RFC 9112 3.2.2). */
static const char *const schemes[] = { "http://", "https://" };

/* What the parser knows when it has read some lines. */
struct head {
	struct http_text rest; /* bytes after these lines */
	struct http_text method;
	struct http_text target;
	struct http_text version;
	const char *fields;
	bool has[HTTP_FIELDS];
	const char *reason;
};

enum line_result {
	LINE_OK,
	LINE_MISSING, /* its end did not arrive yet */
	LINE_BAD,     /* a control character */
};

/* RFC 9110 5.6.2. */
static bool http_is_token_byte(char byte)
{
	unsigned char value = (unsigned char) byte;

	return value > ' ' && value < 0x7f && !strchr("\"(),/:;<=>?@[\\]{}", value);
}

bool http_is_token(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!http_is_token_byte(bytes[i]))
			return false;
	return length;
}

bool http_text_matches(const struct http_text *text, const char *other)
{
	return text->length == strlen(other) && strncasecmp(text->bytes, other, text->length) == 0;
}

bool http_text_is(const struct http_text *text, const char *other)
{
	return text->length == strlen(other) && memcmp(text->bytes, other, text->length) == 0;
}

static void skip_bytes(struct http_text *text, size_t length)
{
	text->bytes += length;
	text->length -= length;
}

/* RFC 9110 5.5: a value has no control characters except HTAB. */
static bool is_control_byte(char byte)
{
	return ((unsigned char) byte < ' ' && byte != '\t') || byte == 0x7f;
}

static enum line_result take_head_line(struct http_text *rest, struct http_text *ret_line)
{
	size_t length = 0;

	while (length < rest->length && !is_control_byte(rest->bytes[length]))
		length++;
	if (length == rest->length || (rest->bytes[length] == '\r' && length + 1 == rest->length))
		return LINE_MISSING;
	if (rest->bytes[length] != '\r' || rest->bytes[length + 1] != '\n')
		return LINE_BAD;
	*ret_line = (struct http_text){ rest->bytes, length };
	skip_bytes(rest, length + 2);
	return LINE_OK;
}

static enum http_status refuse_head(struct head *head, enum http_status status, const char *reason)
{
	head->reason = reason;
	return status;
}

static enum http_status refuse_syntax(struct head *head, const char *reason)
{
	return refuse_head(head, HTTP_STATUS_BAD_REQUEST, reason);
}

/* The text before the next separator, or all; the separator is skipped. */
static struct http_text take_until(struct http_text *rest, char separator)
{
	const char *end = memchr(rest->bytes, separator, rest->length);
	struct http_text text = { rest->bytes, end ? (size_t) (end - rest->bytes) : rest->length };

	skip_bytes(rest, text.length + (end != NULL));
	return text;
}

/* Digits as in HTTP/1.1 (RFC 9112 2.3). */
static bool is_version(const struct http_text *version)
{
	return version->length == strlen("HTTP/1.1") && memcmp(version->bytes, "HTTP/", 5) == 0 &&
	       text_is_digit(version->bytes[5]) && version->bytes[6] == '.' &&
	       text_is_digit(version->bytes[7]);
}

/* ASCII without spaces. A fragment is not for servers. */
static bool is_target(const struct http_text *target)
{
	for (size_t i = 0; i < target->length; i++)
		if (target->bytes[i] <= ' ' || target->bytes[i] > '~' || target->bytes[i] == '#')
			return false;
	return target->length;
}

/* RFC 9112 3. */
static enum http_status read_request_line(struct head *head, struct http_text line)
{
	head->method = take_until(&line, ' ');
	head->target = take_until(&line, ' ');
	head->version = line;
	if (!http_is_token(head->method.bytes, head->method.length))
		return refuse_syntax(head, "The method is malformed");
	if (!is_target(&head->target))
		return refuse_syntax(head, "The target is malformed");
	if (!is_version(&head->version))
		return refuse_syntax(head, "The version is malformed");
	return HTTP_STATUS_OK;
}

struct http_text http_trim(struct http_text text)
{
	while (text.length && (*text.bytes == ' ' || *text.bytes == '\t'))
		skip_bytes(&text, 1);
	while (text.length &&
		(text.bytes[text.length - 1] == ' ' || text.bytes[text.length - 1] == '\t'))
		text.length--;
	return text;
}

/* HTTP_FIELDS: another one. */
static enum http_field find_field(const struct http_text *name)
{
	enum http_field field = 0;

	while (field < HTTP_FIELDS && !http_text_matches(name, known_fields[field].name))
		field++;
	return field;
}

/* RFC 9112 5.1: no space may precede the colon. A folded line begins with one. */
static enum http_status read_field_line(struct head *head, struct http_text line)
{
	struct http_text name = { line.bytes, 0 };
	enum http_field field;

	while (name.length < line.length && http_is_token_byte(line.bytes[name.length]))
		name.length++;
	if (!name.length || name.length == line.length || line.bytes[name.length] != ':')
		return refuse_syntax(head, "A field is malformed");
	field = find_field(&name);
	if (field == HTTP_FIELDS)
		return HTTP_STATUS_OK;
	if (head->has[field] && !known_fields[field].is_list)
		return refuse_syntax(head, "A field is repeated");
	head->has[field] = true;
	return HTTP_STATUS_OK;
}

/* RFC 9112 2.2: empty lines before the request are ignored. */
static enum line_result take_first_line(struct http_text *rest, struct http_text *ret_line)
{
	enum line_result result;

	do
		result = take_head_line(rest, ret_line);
	while (result == LINE_OK && !ret_line->length);
	return result;
}

/* The line has no end within the input, or contains a control character. */
static enum http_status refuse_head_line(
	struct head *head, enum line_result result, bool is_full, bool is_first)
{
	if (result == LINE_BAD)
		return refuse_syntax(head, "A line has a control character or no CR LF");
	if (!is_full)
		return HTTP_STATUS_NONE;
	return is_first ? refuse_head(head, HTTP_STATUS_URI_TOO_LONG, "The target is too long")
			: refuse_head(head, HTTP_STATUS_HEAD_TOO_LARGE, "The head is too large");
}

/* All lines, up to the empty one. */
static enum http_status read_request_head(struct head *head, bool is_full)
{
	enum http_status status;
	enum line_result result;
	struct http_text line;

	result = take_first_line(&head->rest, &line);
	if (result != LINE_OK)
		return refuse_head_line(head, result, is_full, true);
	status = read_request_line(head, line);
	head->fields = head->rest.bytes;
	while (status == HTTP_STATUS_OK) {
		result = take_head_line(&head->rest, &line);
		if (result != LINE_OK)
			return refuse_head_line(head, result, is_full, false);
		if (!line.length)
			break;
		status = read_field_line(head, line);
	}
	return status;
}

/* RFC 9110 9.1, 15.5.6, 15.6.2. */
static enum http_status check_method(struct head *head, struct http_request *request)
{
	for (size_t i = 0; i < ARRAY_LENGTH(known_methods); i++)
		if (http_text_is(&head->method, known_methods[i].name)) {
			request->method = known_methods[i].method;
			return HTTP_STATUS_OK;
		}
	for (size_t i = 0; i < ARRAY_LENGTH(other_methods); i++)
		if (http_text_is(&head->method, other_methods[i]))
			return refuse_head(head, HTTP_STATUS_METHOD_NOT_ALLOWED,
				"Only GET and HEAD are allowed");
	return refuse_head(head, HTTP_STATUS_NOT_IMPLEMENTED, "The method is unknown");
}

/* RFC 9110 7.2, RFC 3986 3.2.2. Letters and digits, signs of names, ports and IPv6 addresses. */
static bool is_host(const struct http_text *host)
{
	for (size_t i = 0; i < host->length; i++) {
		char byte = host->bytes[i];

		if (!text_is_letter(byte) && !text_is_digit(byte) &&
			!strchr("-._~%!$&'()*+,;=:[]", byte))
			return false;
	}
	return true;
}

/* A target with a host is one for the path; its host replaces the field's. */
static bool split_absolute_target(struct http_request *request)
{
	struct http_text target = request->target;

	for (size_t i = 0; i < ARRAY_LENGTH(schemes); i++) {
		size_t length = strlen(schemes[i]), host = 0;

		if (target.length < length || strncasecmp(target.bytes, schemes[i], length) != 0)
			continue;
		skip_bytes(&target, length);
		while (host < target.length && target.bytes[host] != '/')
			host++;
		request->host = (struct http_text){ target.bytes, host };
		skip_bytes(&target, host);
		request->target = target.length ? target : (struct http_text){ "/", 1 };
		return host;
	}
	return false;
}

/* RFC 9112 3.2. */
static enum http_status check_host(struct head *head, struct http_request *request)
{
	if (!request->is_http10 && !head->has[HTTP_FIELD_HOST])
		return refuse_syntax(head, "Host is missing");
	if (http_get(request, HTTP_FIELD_HOST, &request->host) && !is_host(&request->host))
		return refuse_syntax(head, "Host is malformed");
	if (*request->target.bytes == '/')
		return HTTP_STATUS_OK;
	if (!split_absolute_target(request) || !is_host(&request->host))
		return refuse_syntax(head, "The target is malformed");
	return HTTP_STATUS_OK;
}

/* RFC 9110 8.6: decimal digits only. */
static bool parse_length(struct http_text text, uint64_t *ret_length)
{
	uint64_t length = 0;

	if (!text.length)
		return false;
	for (size_t i = 0; i < text.length; i++) {
		if (!text_is_digit(text.bytes[i]))
			return false;
		length = length > UINT64_MAX / 10 - 1
				 ? UINT64_MAX
				 : length * 10 + (uint64_t) (text.bytes[i] - '0');
	}
	*ret_length = length;
	return true;
}

/* RFC 9112 6.1: a length beside chunks is an attempt to smuggle a request. */
static enum http_status check_chunks(struct head *head, struct http_request *request)
{
	if (!head->has[HTTP_FIELD_TRANSFER_ENCODING])
		return HTTP_STATUS_OK;
	if (request->method != HTTP_METHOD_POST)
		return refuse_syntax(head, "The request has a body");
	if (head->has[HTTP_FIELD_CONTENT_LENGTH])
		return refuse_syntax(head, "The body has two lengths");
	request->is_chunked = true;
	return HTTP_STATUS_OK;
}

/* RFC 9110 9.3.1: a body of GET has no meaning. RFC 9112 6.3: its length decides where the next
 * request begins. */
static enum http_status check_body(struct head *head, struct http_request *request)
{
	enum http_status status = check_chunks(head, request);
	struct http_text length;

	if (status != HTTP_STATUS_OK || !http_get(request, HTTP_FIELD_CONTENT_LENGTH, &length))
		return status;
	if (!parse_length(length, &request->content_length))
		return refuse_syntax(head, "Content-Length is malformed");
	request->has_length = true;
	if (request->content_length && request->method != HTTP_METHOD_POST)
		return refuse_head(head, HTTP_STATUS_CONTENT_TOO_LARGE, "The request has a body");
	return HTTP_STATUS_OK;
}

static struct http_request request_of(const struct head *head, const char *bytes)
{
	struct http_request request = {
		.is_head = http_text_is(&head->method, "HEAD"),
		.is_http10 = head->version.bytes[7] == '0',
		.head_bytes = (size_t) (head->rest.bytes - bytes),
		.target = head->target,
		.fields = { head->fields, (size_t) (head->rest.bytes - head->fields) - 2 },
	};

	/* RFC 9112 9.3. HTTP/1.0 knows only an extension, which is not worth the risk. */
	request.may_persist =
		!request.is_http10 && !http_has_member(&request, HTTP_FIELD_CONNECTION, "close");
	return request;
}

/* What several lines say together. */
static enum http_status check_whole_head(struct head *head, struct http_request *request)
{
	enum http_status status;

	/* RFC 9110 2.5: a higher minor version is understood as 1.1. */
	if (head->version.bytes[5] != '1')
		return refuse_head(head, HTTP_STATUS_VERSION_NOT_SUPPORTED,
			"Only HTTP/1.0 and HTTP/1.1 are supported");
	status = check_method(head, request);
	if (status == HTTP_STATUS_OK)
		status = check_host(head, request);
	if (status == HTTP_STATUS_OK)
		status = check_body(head, request);
	return status;
}

enum http_status http_parse(
	const char *bytes, size_t length, struct http_request *ret_request, const char **ret_reason)
{
	bool is_full = length >= HTTP_HEAD_BYTES;
	struct head head = { .rest = { bytes, is_full ? HTTP_HEAD_BYTES : length } };
	struct http_request request;
	enum http_status status = read_request_head(&head, is_full);

	if (status == HTTP_STATUS_OK) {
		request = request_of(&head, bytes);
		status = check_whole_head(&head, &request);
	}
	if (status == HTTP_STATUS_OK)
		*ret_request = request;
	else if (status != HTTP_STATUS_NONE)
		*ret_reason = head.reason;
	return status;
}

/* The next line of that field. The lines are those that http_parse() accepted. */
static bool take_field(struct http_text *lines, enum http_field field, struct http_text *ret_value)
{
	struct http_text line, name;

	while (lines->length && take_head_line(lines, &line) == LINE_OK) {
		name = take_until(&line, ':');
		if (http_text_matches(&name, known_fields[field].name)) {
			*ret_value = http_trim(line);
			return true;
		}
	}
	return false;
}

bool http_get(
	const struct http_request *request, enum http_field field, struct http_text *ret_value)
{
	struct http_text lines = request->fields;

	return take_field(&lines, field, ret_value);
}

struct http_walk http_walk_begin(const struct http_request *request)
{
	return (struct http_walk){ .lines = request->fields };
}

/* RFC 9110 5.6.1: empty members do not count. */
bool http_walk_next(struct http_walk *walk, enum http_field field, struct http_text *ret_member)
{
	struct http_text member;

	do {
		if (!walk->members.length && !take_field(&walk->lines, field, &walk->members))
			return false;
		member = http_trim(take_until(&walk->members, ','));
	} while (!member.length);
	*ret_member = member;
	return true;
}

bool http_has_member(const struct http_request *request, enum http_field field, const char *member)
{
	struct http_walk walk = http_walk_begin(request);
	struct http_text found;

	while (http_walk_next(&walk, field, &found))
		if (http_text_matches(&found, member))
			return true;
	return false;
}
