/* Owns the table of routes, and the reading of targets. */
#include "report/web_routes.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/text.h"

#define MOST_VALUE_BYTES 1024

static const struct web_route routes[] = {
#include "report/web_routes.def"
};

static const char *const method_names[] = {
	[HTTP_METHOD_GET] = "GET, HEAD",
	[HTTP_METHOD_POST] = "POST",
	[HTTP_METHOD_DELETE] = "DELETE",
	[HTTP_METHOD_OPTIONS] = "OPTIONS",
};

const struct web_route *web_route(size_t index)
{
	return index < ARRAY_LENGTH(routes) ? &routes[index] : NULL;
}

bool web_route_has_param(const struct web_route *route, const char *name)
{
	size_t length = strlen(name);
	const char *at = strchr(route->path, '{');

	for (; at; at = strchr(at + 1, '{'))
		if (strncmp(at + 1, name, length) == 0 && at[1 + length] == '}')
			return true;
	return false;
}

void web_match_done(struct web_match *match)
{
	for (size_t i = 0; i < match->n_params; i++) {
		free(match->params[i].name);
		free(match->params[i].value);
	}
	*match = (struct web_match){ 0 };
}

const char *web_match_param(const struct web_match *match, const char *name)
{
	for (size_t i = 0; i < match->n_params; i++)
		if (strcmp(match->params[i].name, name) == 0)
			return match->params[i].value;
	return NULL;
}

/* Decoding. RFC 3986 2.1. */

/* -1: malformed. Otherwise the byte, and how many more it has taken. */
static int decode_value_byte(const char *at, const char *end, size_t *ret_more)
{
	int high, low;

	*ret_more = 0;
	if (*at != '%')
		return (unsigned char) *at;
	if (end - at < 3)
		return -1;
	high = hex_digit(at[1]);
	low = hex_digit(at[2]);
	*ret_more = 2;
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* NULL: malformed, too long, or with characters that no parameter has. In the query, a plus is a
 * space. */
static char *decode_value(const char *at, const char *end, bool is_query)
{
	struct buffer value = { 0 };
	bool is_good = end - at <= MOST_VALUE_BYTES;
	size_t more;

	for (; is_good && at < end; at += 1 + more) {
		int byte = decode_value_byte(at, end, &more);

		is_good = byte >= ' ' && byte != 0x7f;
		buffer_put_byte(&value, is_query && *at == '+' ? ' ' : (char) byte);
	}
	if (is_good && text_is_utf8(buffer_text(&value), value.length))
		return value.bytes ? buffer_take(&value) : mem_text("");
	buffer_done(&value);
	return NULL;
}

/* False: there are too many, or it is malformed, or there already. Takes ownership of the texts. */
static bool add_param(struct web_match *match, char *name, char *value)
{
	if (!name || !value || match->n_params == WEB_MOST_PARAMS || web_match_param(match, name)) {
		free(name);
		free(value);
		return false;
	}
	match->params[match->n_params++] = (struct web_param){ name, value };
	return true;
}

static bool read_params(struct web_match *match, const char *query)
{
	while (*query) {
		size_t length = strcspn(query, "&"), name = strcspn(query, "=&");
		const char *end = query + length;
		const char *value = name < length ? query + name + 1 : end;

		if (length && !add_param(match, decode_value(query, query + name, true),
				      decode_value(value, end, true)))
			return false;
		query = *end ? end + 1 : end;
	}
	return true;
}

/* Paths */

/* One segment of a route, against that of a path. *ret_is_param: it is a parameter. */
static bool segment_fits(
	const struct http_text *wanted, const struct http_text *segment, bool *ret_is_param)
{
	*ret_is_param = wanted->length && *wanted->bytes == '{';
	if (*ret_is_param)
		return segment->length;
	return wanted->length == segment->length &&
	       memcmp(wanted->bytes, segment->bytes, wanted->length) == 0;
}

/* The next segment, whose slash is in front of it: "/users/" has two, and the second is empty. */
static struct http_text take_route_segment(const char **path)
{
	struct http_text segment = { *path + 1, strcspn(*path + 1, "/?") };

	*path += 1 + segment.length;
	return segment;
}

/* With a match, its parameters are added; false: one is malformed. */
static bool path_fits(const char *wanted, const char *path, struct web_match *match, bool *ret_fits)
{
	bool is_param;

	*ret_fits = true;
	while (*ret_fits && *wanted && *path == '/') {
		struct http_text name = take_route_segment(&wanted),
				 segment = take_route_segment(&path);

		*ret_fits = segment_fits(&name, &segment, &is_param);
		if (*ret_fits && is_param && match &&
			!add_param(match, mem_text_n(name.bytes + 1, name.length - 2),
				decode_value(segment.bytes, segment.bytes + segment.length, false)))
			return false;
	}
	*ret_fits = *ret_fits && !*wanted && (!*path || *path == '?');
	return true;
}

static void note_method(struct web_match *match, enum http_method method)
{
	size_t length = strlen(match->allow);

	if (strstr(match->allow, method_names[method]))
		return;
	if (length)
		text_copy(match->allow + length, WEB_ALLOW_BYTES - length, ", ");
	length = strlen(match->allow);
	text_copy(match->allow + length, WEB_ALLOW_BYTES - length, method_names[method]);
}

static const struct web_route *find_route_row(
	enum http_method method, const char *target, struct web_match *match)
{
	bool fits;

	for (size_t i = 0; i < ARRAY_LENGTH(routes); i++) {
		(void) path_fits(routes[i].path, target, NULL, &fits);
		if (fits && routes[i].method == method)
			return &routes[i];
		if (fits)
			note_method(match, routes[i].method);
	}
	return NULL;
}

enum http_status web_route_find(enum http_method method, const char *target,
	struct web_match *ret_match, const char **ret_reason)
{
	struct web_match match = { 0 };
	const char *query = strchr(target, '?');
	bool fits;

	match.route = find_route_row(method, target, &match);
	*ret_match = match;
	if (!match.route) {
		*ret_reason =
			*match.allow ? "The method is not allowed here" : "There is no such path";
		return *match.allow ? HTTP_STATUS_METHOD_NOT_ALLOWED : HTTP_STATUS_NOT_FOUND;
	}
	if (path_fits(match.route->path, target, &match, &fits) &&
		(!query || read_params(&match, query + 1))) {
		*ret_match = match;
		return HTTP_STATUS_OK;
	}
	web_match_done(&match);
	*ret_match = match;
	*ret_reason = "A parameter is malformed, too long, or given twice, or there are too many";
	return HTTP_STATUS_BAD_REQUEST;
}
