/* Owns the JSON of outside checkers. */
#include "proto/checker_lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/json_lines.h"

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

void checker_answer_done(struct checker_answer *answer)
{
	free(answer->account);
	free(answer->text);
	*answer = (struct checker_answer){ 0 };
}

/* Writing */

/* False: the text is not UTF-8. NULL: nothing is put. */
static bool put_json_member(struct buffer *out, const char *name, const char *text)
{
	if (!text)
		return true;
	if (!text_is_utf8(text, strlen(text)))
		return false;
	json_line_put(out, name, text);
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

static bool read_line_id(json_t *object, char reason[CHECKER_REASON_BYTES], uint64_t *ret_id)
{
	json_t *id = json_object_get(object, "id");

	if (!json_is_integer(id) || json_integer_value(id) <= 0)
		return json_line_refuse(reason, "id", "is no positive integer");
	*ret_id = (uint64_t) json_integer_value(id);
	return true;
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
			return json_line_refuse(
				reason, text_names[needed[request->kind][i]], "is missing");
	return true;
}

static bool read_checker_request(json_t *object, char reason[CHECKER_REASON_BYTES], void *data)
{
	struct checker_request *request = data;
	size_t row = json_line_word(object, "kind", kind_names, ARRAY_LENGTH(kind_names));

	if (!json_is_string(json_object_get(object, "kind")))
		return json_line_refuse(reason, "kind", "is no string");
	request->kind =
		row < ARRAY_LENGTH(kind_names) ? (enum checker_kind) row : CHECKER_KIND_UNKNOWN;
	request->uses_tls = json_is_true(json_object_get(object, "tls"));
	if (!read_line_id(object, reason, &request->id))
		return false;
	for (size_t i = 0; i < CHECKER_TEXT_COUNT; i++)
		if (!json_line_text(object, text_names[i], reason, &request->texts[i]))
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
	size_t row = json_line_word(object, "result", result_names, ARRAY_LENGTH(result_names));

	if (!read_line_id(object, reason, &answer->id))
		return false;
	if (row == ARRAY_LENGTH(result_names))
		return json_line_refuse(
			reason, "result", "is not \"ok\", \"no\", \"busy\" or \"error\"");
	answer->result = (enum checker_result) row;
	if (!json_line_text(object, "text", reason, &answer->text))
		return false;
	if (answer->result != CHECKER_RESULT_OK)
		return true;
	return json_line_text(object, "account", reason, &answer->account) &&
	       (is_answered_name(answer->account) ||
		       json_line_refuse(reason, "account", "is no name of an account"));
}

bool checker_parse_request(const char *line, size_t length, char reason[CHECKER_REASON_BYTES],
	struct checker_request *ret_request)
{
	struct checker_request request = { 0 };
	bool is_good = json_line_read(line, length, reason, read_checker_request, &request);

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
	bool is_good = json_line_read(line, length, reason, read_checker_answer, &answer);

	if (is_good)
		*ret_answer = answer;
	else
		checker_answer_done(&answer);
	return is_good;
}
