/* Owns the JSON of outside checkers. jansson reads it; writing is too simple to need jansson, which
 * would leave copies of secrets behind. */
#include "proto/checker_lines.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/json_reader.h"

#define JSON_PARTS 64

_Static_assert(CHECKER_REASON_BYTES >= JSON_REASON_BYTES, "the reader's reasons fit");

static const char *const text_names[CHECKER_TEXT_COUNT] = {
	[CHECKER_TEXT_ACCOUNT] = "account",
	[CHECKER_TEXT_PASSWORD] = "password",
	[CHECKER_TEXT_MECHANISM] = "mechanism",
	[CHECKER_TEXT_TOKEN] = "token",
	[CHECKER_TEXT_TOKEN_TYPE] = "token_type",
	[CHECKER_TEXT_ADDRESS] = "address",
	[CHECKER_TEXT_CERTIFICATE] = "certificate",
	[CHECKER_TEXT_LISTENER] = "listener",
};

static const char *const kind_names[] = {
	[CHECKER_KIND_UNKNOWN] = "unknown",
	[CHECKER_KIND_PASSWORD] = "password",
	[CHECKER_KIND_TOKEN] = "token",
};

static const char *const result_names[] = {
	[CHECKER_RESULT_OK] = "ok",
	[CHECKER_RESULT_NO] = "no",
	[CHECKER_RESULT_BUSY] = "busy",
	[CHECKER_RESULT_ERROR] = "error",
};

void checker_request_done(struct checker_request *request)
{
	for (size_t i = 0; i < CHECKER_TEXT_COUNT; i++)
		mem_free_secret(request->texts[i]);
	*request = (struct checker_request){ 0 };
}

void checker_request_copy(const struct checker_request *from, struct checker_request *ret_copy)
{
	*ret_copy = *from;
	for (size_t i = 0; i < CHECKER_TEXT_COUNT; i++)
		ret_copy->texts[i] = mem_text(from->texts[i]);
}

void checker_answer_done(struct checker_answer *answer)
{
	free(answer->account);
	free(answer->text);
	*answer = (struct checker_answer){ 0 };
}

/* Writing */

static void put_json_byte(struct buffer *out, char byte)
{
	if (byte == '"' || byte == '\\') {
		buffer_put_byte(out, '\\');
		buffer_put_byte(out, byte);
	} else if ((unsigned char) byte < ' ') {
		buffer_format(out, "\\u%04x", (unsigned int) byte);
	} else {
		buffer_put_byte(out, byte);
	}
}

/* False: the text is not UTF-8. NULL: nothing is put. */
static bool put_json_member(struct buffer *out, const char *name, const char *text)
{
	if (!text)
		return true;
	if (!text_is_utf8(text, strlen(text)))
		return false;
	buffer_format(out, ",\"%s\":\"", name);
	for (const char *at = text; *at; at++)
		put_json_byte(out, *at);
	buffer_put_byte(out, '"');
	return true;
}

static void begin_checker_line(struct buffer *out, uint64_t id)
{
	buffer_put_text(out, "{\"id\":");
	buffer_put_number(out, id);
}

/* What is cut off is a secret too. */
static bool drop_checker_line(struct buffer *out, size_t start)
{
	explicit_bzero(out->bytes + start, out->length - start);
	buffer_cut(out, start);
	return false;
}

static bool end_checker_line(struct buffer *out, size_t start, bool is_good)
{
	buffer_put_text(out, "}\n");
	return (is_good && out->length - start <= CHECKER_LINE_BYTES + 1) ||
	       drop_checker_line(out, start);
}

bool checker_format_request(const struct checker_request *request, struct buffer *out)
{
	size_t start = out->length;
	bool is_good;

	begin_checker_line(out, request->id);
	is_good = put_json_member(out, "kind", kind_names[request->kind]);
	for (size_t i = 0; i < CHECKER_TEXT_COUNT && is_good; i++)
		is_good = put_json_member(out, text_names[i], request->texts[i]);
	buffer_put_text(out, request->uses_tls ? ",\"tls\":true" : ",\"tls\":false");
	return end_checker_line(out, start, is_good);
}

bool checker_format_answer(const struct checker_answer *answer, struct buffer *out)
{
	size_t start = out->length;
	bool is_good;

	begin_checker_line(out, answer->id);
	is_good = put_json_member(out, "result", result_names[answer->result]) &&
		  put_json_member(out, "account", answer->account) &&
		  put_json_member(out, "text", answer->text);
	return end_checker_line(out, start, is_good);
}

/* Reading */

static bool refuse_member(char reason[CHECKER_REASON_BYTES], const char *name, const char *problem)
{
	snprintf(reason, CHECKER_REASON_BYTES, "\"%s\" %s", name, problem);
	return false;
}

static bool read_line_id(json_t *object, char reason[CHECKER_REASON_BYTES], uint64_t *ret_id)
{
	json_t *id = json_object_get(object, "id");

	if (!json_is_integer(id) || json_integer_value(id) <= 0)
		return refuse_member(reason, "id", "is no positive integer");
	*ret_id = (uint64_t) json_integer_value(id);
	return true;
}

/* *ret_text stays NULL if there is no such member. */
static bool read_line_text(
	json_t *object, const char *name, char reason[CHECKER_REASON_BYTES], char **ret_text)
{
	json_t *member = json_object_get(object, name);

	if (!member || json_is_null(member))
		return true;
	if (!json_is_string(member))
		return refuse_member(reason, name, "is no string");
	*ret_text = mem_text(json_string_value(member));
	return true;
}

/* The index of the text among the names; their number if it is none of them. */
static size_t find_line_word(const char *text, const char *const *names, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (text && strcmp(text, names[i]) == 0)
			break;
	return i;
}

static bool has_needed_texts(
	const struct checker_request *request, char reason[CHECKER_REASON_BYTES])
{
	static const enum checker_text needed[][2] = {
		[CHECKER_KIND_PASSWORD] = { CHECKER_TEXT_ACCOUNT, CHECKER_TEXT_PASSWORD },
		[CHECKER_KIND_TOKEN] = { CHECKER_TEXT_MECHANISM, CHECKER_TEXT_TOKEN },
	};

	for (size_t i = 0; request->kind != CHECKER_KIND_UNKNOWN && i < 2; i++)
		if (!request->texts[needed[request->kind][i]])
			return refuse_member(
				reason, text_names[needed[request->kind][i]], "is missing");
	return true;
}

static bool read_checker_request(json_t *object, char reason[CHECKER_REASON_BYTES], void *data)
{
	struct checker_request *request = data;
	const char *kind = json_string_value(json_object_get(object, "kind"));
	size_t row = find_line_word(kind, kind_names, ARRAY_LENGTH(kind_names));

	if (!kind)
		return refuse_member(reason, "kind", "is no string");
	request->kind =
		row < ARRAY_LENGTH(kind_names) ? (enum checker_kind) row : CHECKER_KIND_UNKNOWN;
	request->uses_tls = json_is_true(json_object_get(object, "tls"));
	if (!read_line_id(object, reason, &request->id))
		return false;
	for (size_t i = 0; i < CHECKER_TEXT_COUNT; i++)
		if (!read_line_text(object, text_names[i], reason, &request->texts[i]))
			return false;
	return has_needed_texts(request, reason);
}

/* A name that is too long or has control characters could not be an account anyway. */
static bool is_answered_name(const char *name)
{
	size_t length = name ? strlen(name) : 0;

	for (size_t i = 0; i < length; i++)
		if ((unsigned char) name[i] < ' ' || name[i] == 0x7f)
			return false;
	return length && length <= CHECKER_NAME_BYTES;
}

static bool read_checker_answer(json_t *object, char reason[CHECKER_REASON_BYTES], void *data)
{
	struct checker_answer *answer = data;
	const char *result = json_string_value(json_object_get(object, "result"));
	size_t row = find_line_word(result, result_names, ARRAY_LENGTH(result_names));

	if (!read_line_id(object, reason, &answer->id))
		return false;
	if (row == ARRAY_LENGTH(result_names))
		return refuse_member(
			reason, "result", "is not \"ok\", \"no\", \"busy\" or \"error\"");
	answer->result = (enum checker_result) row;
	if (!read_line_text(object, "text", reason, &answer->text))
		return false;
	if (answer->result != CHECKER_RESULT_OK)
		return true;
	return read_line_text(object, "account", reason, &answer->account) &&
	       (is_answered_name(answer->account) ||
		       refuse_member(reason, "account", "is no name of an account"));
}

static json_t *load_checker_object(
	const char *line, size_t length, char reason[CHECKER_REASON_BYTES])
{
	json_t *object = NULL;

	if (length > CHECKER_LINE_BYTES)
		snprintf(reason, CHECKER_REASON_BYTES, "it is longer than %d bytes",
			CHECKER_LINE_BYTES);
	else
		object = json_reader_load(line, length, JSON_PARTS, reason);
	if (!object || json_is_object(object))
		return object;
	snprintf(reason, CHECKER_REASON_BYTES, "it is no JSON object");
	json_decref(object);
	return NULL;
}

typedef bool (*read_object_fn)(json_t *object, char reason[CHECKER_REASON_BYTES], void *data);

static bool read_checker_line(const char *line, size_t length, char reason[CHECKER_REASON_BYTES],
	read_object_fn read_object, void *data)
{
	struct json_reader reader;
	json_t *object;
	bool is_good;

	json_reader_begin(&reader);
	object = load_checker_object(line, length, reason);
	is_good = object && read_object(object, reason, data);
	json_decref(object);
	json_reader_end(&reader);
	return is_good;
}

bool checker_parse_request(const char *line, size_t length, char reason[CHECKER_REASON_BYTES],
	struct checker_request *ret_request)
{
	struct checker_request request = { 0 };
	bool is_good = read_checker_line(line, length, reason, read_checker_request, &request);

	if (is_good)
		*ret_request = request;
	else
		checker_request_done(&request);
	return is_good;
}

bool checker_parse_answer(const char *line, size_t length, char reason[CHECKER_REASON_BYTES],
	struct checker_answer *ret_answer)
{
	struct checker_answer answer = { 0 };
	bool is_good = read_checker_line(line, length, reason, read_checker_answer, &answer);

	if (is_good)
		*ret_answer = answer;
	else
		checker_answer_done(&answer);
	return is_good;
}
