/* Owns the reading of what is said of files. */
#include "proto/http_upload.h"

#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "base/cleanup.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/text.h"

#define TOKEN_LENGTH 80 /* of papod: hexadecimal digits, see world/auth_token.h */
#define BASIC_BYTES 1024

/* Sorted by type. Browsers only show these. */
static const struct shown_type {
	const char *type;
	struct http_served_type served;
} shown_types[] = {
	{ "audio/aac", { "audio/aac", "aac", true } },
	{ "audio/flac", { "audio/flac", "flac", true } },
	{ "audio/mp4", { "audio/mp4", "m4a", true } },
	{ "audio/mpeg", { "audio/mpeg", "mp3", true } },
	{ "audio/ogg", { "audio/ogg", "ogg", true } },
	{ "audio/wav", { "audio/wav", "wav", true } },
	{ "audio/webm", { "audio/webm", "weba", true } },
	{ "audio/x-wav", { "audio/wav", "wav", true } },
	{ "image/avif", { "image/avif", "avif", true } },
	{ "image/bmp", { "image/bmp", "bmp", true } },
	{ "image/gif", { "image/gif", "gif", true } },
	{ "image/heic", { "image/heic", "heic", true } },
	{ "image/jpeg", { "image/jpeg", "jpg", true } },
	{ "image/jxl", { "image/jxl", "jxl", true } },
	{ "image/png", { "image/png", "png", true } },
	{ "image/webp", { "image/webp", "webp", true } },
	{ "text/plain", { "text/plain; charset=utf-8", "txt", true } },
	{ "video/mp4", { "video/mp4", "mp4", true } },
	{ "video/ogg", { "video/ogg", "ogv", true } },
	{ "video/quicktime", { "video/quicktime", "mov", true } },
	{ "video/webm", { "video/webm", "webm", true } },
};

static const struct http_served_type served_as_bytes = { "application/octet-stream", "bin", false };

const struct http_served_type *http_served_type(const char *type)
{
	for (size_t i = 0; i < ARRAY_LENGTH(shown_types); i++)
		if (strcmp(shown_types[i].type, type) == 0)
			return &shown_types[i].served;
	return &served_as_bytes;
}

/* The text before the next separator, or all; the separator is skipped. */
static struct http_text take_to(struct http_text *rest, char separator)
{
	const char *end = memchr(rest->bytes, separator, rest->length);
	struct http_text text = { rest->bytes, end ? (size_t) (end - rest->bytes) : rest->length };
	size_t taken = text.length + (end != NULL);

	rest->bytes += taken;
	rest->length -= taken;
	return text;
}

/* RFC 9110 8.3.1. */
bool http_upload_type(const struct http_request *request, char type[UPLOAD_TYPE_BYTES])
{
	struct http_text value, whole, first;

	if (!http_get(request, HTTP_FIELD_CONTENT_TYPE, &value))
		return false;
	whole = http_trim(take_to(&value, ';'));
	if (whole.length >= UPLOAD_TYPE_BYTES)
		return false;
	for (size_t i = 0; i < whole.length; i++)
		type[i] = text_lower(whole.bytes[i]);
	type[whole.length] = '\0';
	first = take_to(&whole, '/');
	return http_is_token(first.bytes, first.length) &&
	       http_is_token(whole.bytes, whole.length) && !strchr(type, '*');
}

bool http_type_is_in(const char *type, char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(list[i]);

		if (strcmp(list[i], type) == 0 || strcmp(list[i], "*/*") == 0)
			return true;
		if (length > 2 && strcmp(list[i] + length - 2, "/*") == 0 &&
			strncmp(list[i], type, length - 1) == 0)
			return true;
	}
	return false;
}

/* Names of files */

/* RFC 9110 5.6.4: the value behind "name=", up to the next parameter, without quotes. */
static void take_value(struct http_text *rest, struct buffer *value)
{
	if (!rest->length || *rest->bytes != '"') {
		struct http_text word = http_trim(take_to(rest, ';'));

		buffer_put(value, word.bytes, word.length);
		return;
	}
	for (rest->bytes++, rest->length--; rest->length && *rest->bytes != '"';
		rest->bytes++, rest->length--) {
		if (*rest->bytes == '\\' && rest->length > 1) {
			rest->bytes++;
			rest->length--;
		}
		buffer_put(value, rest->bytes, 1);
	}
	(void) take_to(rest, ';');
}

/* RFC 8187 3.2.1: UTF-8'language'text, with %2e for bytes. False: something else. */
static bool decode_extended(const struct buffer *value, struct buffer *out)
{
	struct http_text rest = { buffer_text(value), value->length };
	struct http_text charset = take_to(&rest, '\'');

	(void) take_to(&rest, '\'');
	if (!http_text_matches(&charset, "UTF-8"))
		return false;
	for (size_t i = 0; i < rest.length; i++) {
		bool is_coded = rest.bytes[i] == '%' && i + 2 < rest.length &&
				hex_digit(rest.bytes[i + 1]) >= 0 &&
				hex_digit(rest.bytes[i + 2]) >= 0;
		char byte = is_coded ? (char) (hex_digit(rest.bytes[i + 1]) * 16 +
					       hex_digit(rest.bytes[i + 2]))
				     : rest.bytes[i];

		buffer_put(out, &byte, 1);
		i += is_coded ? 2 : 0;
	}
	return true;
}

/* RFC 6266 4.3: the extended form is preferred. */
static void find_name(struct http_text value, struct buffer *ret_name)
{
	bool is_extended = false;

	(void) take_to(&value, ';'); /* "attachment" */
	while (value.length && !is_extended) {
		CLEANUP(buffer_done) struct buffer text = { 0 };
		struct http_text name;

		value = http_trim(value);
		name = http_trim(take_to(&value, '='));
		value = http_trim(value);
		take_value(&value, &text);
		if (http_text_matches(&name, "filename*")) {
			CLEANUP(buffer_done) struct buffer decoded = { 0 };

			is_extended = decode_extended(&text, &decoded);
			if (is_extended) {
				buffer_clear(ret_name);
				buffer_put(ret_name, decoded.bytes, decoded.length);
			}
		} else if (http_text_matches(&name, "filename")) {
			buffer_clear(ret_name);
			buffer_put(ret_name, text.bytes, text.length);
		}
	}
}

/* Controls of C1, and what changes the direction or cannot be seen: such a name would lie about its
 * end. */
static bool is_deceptive(const char *character, size_t length)
{
	unsigned char second = (unsigned char) character[1],
		      third = length == 3 ? (unsigned char) character[2] : 0;

	if (length == 2)
		return character[0] == '\xc2' && second < 0xa0;
	if (length != 3 || character[0] != '\xe2')
		return length == 3 && memcmp(character, "\xef\xbb\xbf", 3) == 0;
	/* U+200B to U+200F, U+2028 to U+202E, U+2060 to U+2069 */
	return (second == 0x80 &&
		       ((third >= 0x8b && third <= 0x8f) || (third >= 0xa8 && third <= 0xae))) ||
	       (second == 0x81 && third >= 0xa0 && third <= 0xa9);
}

static bool is_bad_in_names(char byte)
{
	return (unsigned char) byte < ' ' || byte == 0x7f || strchr("\"*/:<>?\\|;%", byte);
}

static void put_clean(struct buffer *out, const char *character, size_t length)
{
	if (length == 1)
		buffer_put(out, is_bad_in_names(*character) ? "_" : character, 1);
	else if (!is_deceptive(character, length))
		buffer_put(out, character, length);
}

/* Behind the last separator of directories; NULs are bytes like others. */
static struct http_text base_of_name(const struct buffer *name)
{
	struct http_text base = { buffer_text(name), name->length };

	for (size_t i = 0; i < name->length; i++)
		if (name->bytes[i] == '/' || name->bytes[i] == '\\')
			base = (struct http_text){ name->bytes + i + 1, name->length - i - 1 };
	return base;
}

static void clean_name(const struct buffer *given, char name[UPLOAD_NAME_BYTES])
{
	struct http_text base = base_of_name(given);
	CLEANUP(buffer_done) struct buffer clean = { 0 };
	size_t length;

	for (size_t i = 0; i < base.length; i += length) {
		length = text_utf8_character(base.bytes + i, base.length - i);
		if (length)
			put_clean(&clean, base.bytes + i, length);
		else
			buffer_put(&clean, "_", length = 1);
	}
	buffer_drop(&clean, strspn(buffer_text(&clean), ". "));
	length = text_cut_utf8(buffer_text(&clean), clean.length, UPLOAD_NAME_BYTES - 1);
	memcpy(name, buffer_text(&clean), length);
	while (length && (name[length - 1] == ' ' || name[length - 1] == '.'))
		length--;
	name[length] = '\0';
}

void http_upload_name(const struct http_request *request, char name[UPLOAD_NAME_BYTES])
{
	CLEANUP(buffer_done) struct buffer given = { 0 };
	struct http_text value;

	if (http_get(request, HTTP_FIELD_CONTENT_DISPOSITION, &value))
		find_name(value, &given);
	clean_name(&given, name);
}

/* RFC 8187 3.2.1: other bytes are coded. */
static bool is_attribute_byte(char byte)
{
	return text_is_letter(byte) || text_is_digit(byte) || (byte && strchr("-._~", byte));
}

void http_put_disposition(struct buffer *out, bool is_shown, const char *name)
{
	buffer_format(out, "Content-Disposition: %s", is_shown ? "inline" : "attachment");
	if (*name)
		buffer_put_text(out, "; filename*=UTF-8''");
	for (; *name; name++)
		if (is_attribute_byte(*name))
			buffer_put(out, name, 1);
		else
			buffer_format(out, "%%%02X", (unsigned int) (unsigned char) *name);
	buffer_put_text(out, "\r\n");
}

/* Authorization */

/* RFC 7617 2: account:password in Base64. RFC 4616 2: NUL, account, NUL, password. */
static enum http_credentials read_basic(struct http_text value, struct buffer *message)
{
	char text[BASE64_MOST_BYTES(BASE64_LENGTH(BASIC_BYTES))], *colon;
	enum http_credentials result = HTTP_CREDENTIALS_MALFORMED;
	size_t length;

	if (value.length > BASE64_LENGTH(BASIC_BYTES) ||
		!base64_decode(value.bytes, value.length, text, &length))
		return result;
	colon = memchr(text, ':', length);
	if (colon && colon > text && colon + 1 < text + length && !memchr(text, '\0', length)) {
		*colon = '\0';
		buffer_put(message, "", 1);
		buffer_put(message, text, length);
		result = HTTP_CREDENTIALS_PLAIN;
	}
	explicit_bzero(text, sizeof(text));
	return result;
}

static bool is_papod_token(const struct http_text *token)
{
	for (size_t i = 0; i < token->length; i++)
		if (hex_digit(token->bytes[i]) < 0)
			return false;
	return token->length == TOKEN_LENGTH;
}

/* RFC 6750 2.1: the bytes of a token. */
static bool is_token_of_bearer(const struct http_text *token)
{
	for (size_t i = 0; i < token->length; i++) {
		char byte = token->bytes[i];

		if (!text_is_letter(byte) && !text_is_digit(byte) &&
			!(byte && strchr("-._~+/=", byte)))
			return false;
	}
	return token->length;
}

/* RFC 7628 3.1. */
static enum http_credentials read_bearer(struct http_text value, struct buffer *message)
{
	if (!is_token_of_bearer(&value))
		return HTTP_CREDENTIALS_MALFORMED;
	if (is_papod_token(&value)) {
		buffer_put(message, value.bytes, value.length);
		return HTTP_CREDENTIALS_TOKEN;
	}
	buffer_put_text(message, "n,,\1auth=Bearer ");
	buffer_put(message, value.bytes, value.length);
	buffer_put_text(message, "\1\1");
	return HTTP_CREDENTIALS_BEARER;
}

enum http_credentials http_read_credentials(
	const struct http_request *request, struct buffer *message)
{
	struct http_text value, scheme;

	if (!http_get(request, HTTP_FIELD_AUTHORIZATION, &value))
		return HTTP_CREDENTIALS_NONE;
	scheme = take_to(&value, ' ');
	value = http_trim(value);
	if (http_text_matches(&scheme, "Basic"))
		return read_basic(value, message);
	if (http_text_matches(&scheme, "Bearer"))
		return read_bearer(value, message);
	return HTTP_CREDENTIALS_MALFORMED;
}

/* RFC 9110 10.1.1: nothing else is defined. HTTP/1.0 does not know it. */
enum http_status http_read_expectation(const struct http_request *request)
{
	struct http_walk walk = http_walk_begin(request);
	enum http_status status = HTTP_STATUS_OK;
	struct http_text member;

	while (http_walk_next(&walk, HTTP_FIELD_EXPECT, &member)) {
		if (!http_text_matches(&member, "100-continue"))
			return HTTP_STATUS_EXPECTATION_FAILED;
		if (!request->is_http10)
			status = HTTP_STATUS_CONTINUE;
	}
	return status;
}

/* Ranges */

/* A number of digits at the start. False: there is none, or it is too large. */
static bool take_digits(struct http_text *rest, uint64_t *ret_number)
{
	uint64_t number = 0;
	size_t n = 0;

	for (; n < rest->length && text_is_digit(rest->bytes[n]); n++)
		number = number * 10 + (uint64_t) (rest->bytes[n] - '0');
	if (!n || n > 18)
		return false;
	rest->bytes += n;
	rest->length -= n;
	*ret_number = number;
	return true;
}

/* RFC 9110 14.1.2: "2-5", "2-", "-5". Others, and several, count as none. */
static enum http_status parse_byte_range(
	struct http_text range, uint64_t size, uint64_t *ret_first, uint64_t *ret_length)
{
	uint64_t first = 0, last = UINT64_MAX;
	bool has_first = take_digits(&range, &first), has_last;

	if (!range.length || *range.bytes != '-')
		return HTTP_STATUS_OK;
	range.bytes++;
	range.length--;
	has_last = take_digits(&range, &last);
	if (range.length || (!has_first && !has_last) || (has_first && has_last && last < first))
		return HTTP_STATUS_OK;
	if (!has_first) {
		first = last < size ? size - last : 0;
		if (!last)
			return HTTP_STATUS_RANGE_NOT_SATISFIABLE;
		last = UINT64_MAX;
	}
	if (first >= size)
		return HTTP_STATUS_RANGE_NOT_SATISFIABLE;
	*ret_first = first;
	*ret_length = (last < size ? last + 1 : size) - first;
	return HTTP_STATUS_PARTIAL_CONTENT;
}

enum http_status http_read_range(const struct http_request *request, const char *etag,
	uint64_t size, uint64_t *ret_first, uint64_t *ret_length)
{
	struct http_text value, unit, condition;

	if (!http_get(request, HTTP_FIELD_RANGE, &value))
		return HTTP_STATUS_OK;
	if (http_get(request, HTTP_FIELD_IF_RANGE, &condition) && !http_text_is(&condition, etag))
		return HTTP_STATUS_OK;
	unit = take_to(&value, '=');
	if (!http_text_matches(&unit, "bytes"))
		return HTTP_STATUS_OK;
	return parse_byte_range(http_trim(value), size, ret_first, ret_length);
}
