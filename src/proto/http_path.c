/* Owns the way from a target to a file.
 *
 * A path is divided at its slashes first and decoded afterwards, segment by segment, so that an
 * encoded slash divides nothing. A segment is then refused, dropped or appended; ".." removes one
 * that was appended. So the result cannot leave the directory, whatever the input. Files whose name
 * begins with a dot are not for visitors, except /.well-known/ (RFC 8615). */
#include "proto/http_path.h"

#include <string.h>

#include "base/hex.h"
#include "base/text.h"

#define WELL_KNOWN ".well-known"

/* RFC 3986 2.1: the byte at the start, which may be encoded. Returns the length of its code, or 0
 * if the code is broken. */
static size_t decode_byte(const struct http_text *text, char *ret_byte)
{
	int high, low;

	*ret_byte = *text->bytes;
	if (*ret_byte != '%')
		return 1;
	if (text->length < 3)
		return 0;
	high = hex_digit(text->bytes[1]);
	low = hex_digit(text->bytes[2]);
	if (high < 0 || low < 0)
		return 0;
	*ret_byte = (char) (high * 16 + low);
	return 3;
}

/* No byte that separates names, here or on another system, or that is no text. */
static bool is_name_byte(char byte)
{
	return (unsigned char) byte >= ' ' && byte != 0x7f && byte != '/' && byte != '\\' &&
	       byte != ':';
}

/* The decoded name replaces the end of the path from there on. */
static enum http_status decode_segment(
	struct http_text segment, size_t from, struct http_path *path)
{
	size_t length = from;
	char byte;

	while (segment.length) {
		size_t code = decode_byte(&segment, &byte);

		if (!code || !is_name_byte(byte))
			return HTTP_STATUS_BAD_REQUEST;
		if (length == HTTP_PATH_BYTES - 1)
			return HTTP_STATUS_URI_TOO_LONG;
		path->bytes[length++] = byte;
		segment.bytes += code;
		segment.length -= code;
	}
	path->bytes[length] = '\0';
	return text_is_utf8(path->bytes + from, length - from) ? HTTP_STATUS_OK
							       : HTTP_STATUS_BAD_REQUEST;
}

/* Remove the last segment. False: there is none, so the path would leave the directory. */
static bool remove_segment(struct http_path *path)
{
	char *slash = strrchr(path->bytes, '/');

	if (!*path->bytes)
		return false;
	*(slash ? slash : path->bytes) = '\0';
	return true;
}

/* RFC 3986 5.2.4, after decoding. */
static enum http_status append_segment(struct http_text segment, struct http_path *path)
{
	size_t before = strlen(path->bytes), from = before;
	enum http_status status;
	const char *name;
	bool is_parent;

	if (from && from < HTTP_PATH_BYTES - 1)
		path->bytes[from++] = '/';
	status = decode_segment(segment, from, path);
	if (status != HTTP_STATUS_OK)
		return status;
	name = path->bytes + from;
	is_parent = strcmp(name, "..") == 0;
	path->is_directory = !*name || strcmp(name, ".") == 0 || is_parent;
	if (!path->is_directory)
		return *name == '.' && (before || strcmp(name, WELL_KNOWN) != 0)
			       ? HTTP_STATUS_NOT_FOUND
			       : HTTP_STATUS_OK;
	path->bytes[before] = '\0';
	return is_parent && !remove_segment(path) ? HTTP_STATUS_BAD_REQUEST : HTTP_STATUS_OK;
}

/* The text behind the slash at the start, up to the next one. */
static struct http_text take_segment(struct http_text *rest)
{
	struct http_text segment = { rest->bytes + 1, 0 };

	while (segment.length + 1 < rest->length && segment.bytes[segment.length] != '/')
		segment.length++;
	rest->bytes += segment.length + 1;
	rest->length -= segment.length + 1;
	return segment;
}

enum http_status http_resolve(const struct http_request *request, struct http_path *ret_path)
{
	struct http_text rest = request->target;
	const char *query = memchr(rest.bytes, '?', rest.length);
	enum http_status status = HTTP_STATUS_OK;
	struct http_path path = { 0 };

	if (query)
		rest.length = (size_t) (query - rest.bytes);
	while (status == HTTP_STATUS_OK && rest.length)
		status = append_segment(take_segment(&rest), &path);
	if (status == HTTP_STATUS_OK)
		*ret_path = path;
	return status;
}
