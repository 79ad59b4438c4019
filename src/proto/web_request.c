/* Owns the frames between gate and papod, and the fields in them. */
#include "proto/web_request.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/http_reply.h"

#define HEAD_BYTES sizeof(uint32_t)

#define REQUEST(id, type, ctype, name)                                                             \
	{                                                                                          \
		id, type, FIELD_AT(web_request, ctype, name)                                       \
	}
#define ANSWER(id, type, ctype, name)                                                              \
	{                                                                                          \
		id, type, FIELD_AT(web_answer, ctype, name)                                        \
	}

static const struct field request_fields[] = {
	REQUEST(1, FIELD_U8, uint8_t, method),
	REQUEST(2, FIELD_BOOL, bool, is_head),
	REQUEST(3, FIELD_BOOL, bool, is_private),
	REQUEST(4, FIELD_ADDRESS, struct address, address),
	REQUEST(5, FIELD_TEXT, char *, target),
	REQUEST(6, FIELD_TEXT, char *, accept),
	REQUEST(7, FIELD_TEXT, char *, authorization),
	REQUEST(8, FIELD_TEXT, char *, content_type),
	REQUEST(9, FIELD_TEXT, char *, signature),
	REQUEST(10, FIELD_TEXT, char *, event),
	REQUEST(11, FIELD_TEXT, char *, last_event_id),
};

static const struct field answer_fields[] = {
	ANSWER(1, FIELD_U32, uint32_t, status),
	ANSWER(2, FIELD_TEXT, char *, content_type),
	ANSWER(3, FIELD_TEXT, char *, allow),
	ANSWER(4, FIELD_U32, uint32_t, retry_s),
	ANSWER(5, FIELD_BOOL, bool, wants_token),
	ANSWER(6, FIELD_BOOL, bool, has_length),
	ANSWER(7, FIELD_U64, uint64_t, content_length),
};

/* Frames */

size_t web_frame_begin(struct buffer *out)
{
	buffer_put(out, "\0\0\0\0", HEAD_BYTES);
	return out->length;
}

void web_frame_end(struct buffer *out, size_t begun)
{
	uint32_t length = htole32((uint32_t) (out->length - begun));

	memcpy(out->bytes + begun - HEAD_BYTES, &length, sizeof(length));
}

void web_frame_put(struct buffer *out, const void *bytes, size_t length)
{
	size_t begun = web_frame_begin(out);

	buffer_put(out, bytes, length);
	web_frame_end(out, begun);
}

void web_content_put(struct buffer *out, const void *bytes, size_t length)
{
	const char *at = bytes;

	while (length) {
		size_t part = length < WEB_FRAME_BYTES ? length : WEB_FRAME_BYTES;

		web_frame_put(out, at, part);
		at += part;
		length -= part;
	}
}

void web_content_end(struct buffer *out, size_t begun)
{
	CLEANUP(buffer_done) struct buffer content = { 0 };

	if (out->length > begun && out->length - begun <= WEB_FRAME_BYTES) {
		web_frame_end(out, begun);
		return;
	}
	buffer_put(&content, out->bytes + begun, out->length - begun);
	buffer_cut(out, begun - HEAD_BYTES);
	web_content_put(out, content.bytes, content.length);
}

enum web_frame web_frame_look(const struct buffer *in, size_t most_bytes, size_t *ret_length)
{
	uint32_t length;

	if (in->length < HEAD_BYTES)
		return WEB_FRAME_PARTIAL;
	memcpy(&length, in->bytes, sizeof(length));
	length = le32toh(length);
	if (length > most_bytes)
		return WEB_FRAME_BAD;
	if (in->length - HEAD_BYTES < length)
		return WEB_FRAME_PARTIAL;
	*ret_length = length;
	return WEB_FRAME_WHOLE;
}

void web_frame_drop(struct buffer *in, size_t length)
{
	buffer_drop(in, HEAD_BYTES + length);
}

/* Fields */

void web_request_save(struct buffer *out, const struct web_request *request)
{
	fields_save(out, request_fields, ARRAY_LENGTH(request_fields), request);
}

void web_answer_save(struct buffer *out, const struct web_answer *answer)
{
	fields_save(out, answer_fields, ARRAY_LENGTH(answer_fields), answer);
}

static bool is_line(const char *text)
{
	return !text || (text_is_plain(text, strlen(text)) && !strpbrk(text, "\r\n"));
}

static bool is_whole_web_request(const struct web_request *request)
{
	return request->method <= HTTP_METHOD_OPTIONS && request->target &&
	       *request->target == '/' && address_is_single(&request->address);
}

static bool is_whole_web_answer(const struct web_answer *answer)
{
	return answer->status >= HTTP_STATUS_OK &&
	       *http_status_text((enum http_status) answer->status) &&
	       is_line(answer->content_type) && is_line(answer->allow);
}

bool web_request_load(const void *bytes, size_t length, struct web_request *ret_request)
{
	struct web_request request = { 0 };
	struct pack pack = pack_over(bytes, length);
	struct pack_field field;

	while (pack_next(&pack, &field))
		(void) fields_load(request_fields, ARRAY_LENGTH(request_fields), &request, &field);
	if (pack.failed || !is_whole_web_request(&request)) {
		web_request_done(&request);
		return false;
	}
	*ret_request = request;
	return true;
}

bool web_answer_load(const void *bytes, size_t length, struct web_answer *ret_answer)
{
	struct web_answer answer = { 0 };
	struct pack pack = pack_over(bytes, length);
	struct pack_field field;

	while (pack_next(&pack, &field))
		(void) fields_load(answer_fields, ARRAY_LENGTH(answer_fields), &answer, &field);
	if (pack.failed || !is_whole_web_answer(&answer)) {
		web_answer_done(&answer);
		return false;
	}
	*ret_answer = answer;
	return true;
}

void web_request_done(struct web_request *request)
{
	free(request->target);
	free(request->accept);
	mem_free_secret(request->authorization);
	free(request->content_type);
	free(request->signature);
	free(request->event);
	free(request->last_event_id);
	*request = (struct web_request){ 0 };
}

void web_answer_done(struct web_answer *answer)
{
	free(answer->content_type);
	free(answer->allow);
	*answer = (struct web_answer){ 0 };
}
