/* Owns the HTTP around requests that papod answers. Must not know what they mean. */
#include "gate/passed_request.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "net/loop.h"
#include "proto/http_problem.h"
#include "proto/http_upload.h"

#define RETRY_S 5
#define TOO_MANY_WAIT "Too many requests wait for the IRC server"
#define LAST_CHUNK "0\r\n\r\n"

struct passed_request {
	struct errand errand;
	struct errand_peer peer;
	struct passed *passed;
	struct web_request head;
	struct buffer body; /* secret */
	size_t body_bytes;
	bool is_http10;
	bool is_begun;	 /* it is complete, and papod's turn */
	bool has_answer; /* its head was sent */
	bool has_chunks;
};

/* Paths that papod answers: the path itself, or all below it. */
static const struct passed_path {
	const char *path;
	size_t offset; /* of its bool in struct passed_site */
	bool has_more; /* below it */
} passed_paths[] = {
	{ "/metrics", offsetof(struct passed_site, has_metrics), false },
	{ "/notify", offsetof(struct passed_site, has_notifications), true },
	{ "/api/v1", offsetof(struct passed_site, has_api), true },
};

static bool is_on(const struct passed_site *site, const struct passed_path *path)
{
	return *(const bool *) ((const char *) site + path->offset);
}

static bool leads_to(const struct http_text *target, const struct passed_path *path)
{
	size_t length = strlen(path->path);

	if (target->length < length || memcmp(target->bytes, path->path, length) != 0)
		return false;
	return target->length == length || target->bytes[length] == '?' ||
	       (path->has_more && target->bytes[length] == '/');
}

bool passed_request_is(const struct passed_site *site, const struct http_request *request)
{
	for (size_t i = 0; i < ARRAY_LENGTH(passed_paths); i++)
		if (is_on(site, &passed_paths[i]) && leads_to(&request->target, &passed_paths[i]))
			return true;
	return false;
}

/* Refusals */

static enum errand_step refuse_passed(const struct passed_request *passed, enum http_status status,
	const char *detail, struct buffer *answer)
{
	CLEANUP(buffer_done) struct buffer lines = { 0 };
	const struct http_request request = { .is_head = passed->head.is_head };
	struct http_reply reply = { .status = status, .wall_ms = loop_wall_ms() };

	if (status == HTTP_STATUS_UNAVAILABLE)
		buffer_format(&lines, "Retry-After: %d\r\n", RETRY_S);
	reply.more = lines.bytes;
	http_put_problem(answer, &reply, detail, &request);
	return ERRAND_STEP_ANSWERED;
}

/* What has begun can only be broken off: the client misses the end. */
static enum errand_step lose_papod_in_answer(
	const struct passed_request *passed, struct buffer *answer)
{
	if (passed->has_answer)
		return ERRAND_STEP_ANSWERED;
	return refuse_passed(passed, HTTP_STATUS_UNAVAILABLE,
		passed->head.method == HTTP_METHOD_GET
			? "The IRC server does not answer at the moment"
			: "The IRC server has not answered: it may have carried out the request, "
			  "or not",
		answer);
}

/* Answers */

static void put_answer_lines(const struct web_answer *from, struct buffer *lines)
{
	if (from->retry_s)
		buffer_format(lines, "Retry-After: %u\r\n", (unsigned int) from->retry_s);
	if (from->wants_token)
		buffer_put_text(lines, "WWW-Authenticate: Bearer\r\n");
}

static enum errand_step put_answer_head(struct passed_request *passed, struct buffer *answer)
{
	const struct web_answer *from = passed_answer(passed->passed);
	CLEANUP(buffer_done) struct buffer lines = { 0 };
	struct http_reply reply = {
		.status = (enum http_status) from->status,
		.wall_ms = loop_wall_ms(),
		.content_type = from->content_type,
		.content_length = from->content_length,
		.cache = "no-store",
		.closes = true,
		.allow = from->allow,
	};

	if (from->content_type && !from->has_length)
		reply.ends = passed->is_http10 ? HTTP_END_CLOSE : HTTP_END_CHUNK;
	put_answer_lines(from, &lines);
	reply.more = lines.bytes;
	http_put_head(answer, &reply);
	passed->has_answer = true;
	passed->has_chunks = reply.ends == HTTP_END_CHUNK;
	return passed->head.is_head ? ERRAND_STEP_ANSWERED : ERRAND_STEP_PART;
}

static enum errand_step put_answer_content(
	const struct passed_request *passed, struct buffer *answer)
{
	size_t length;
	const char *bytes = passed_content(passed->passed, &length);

	if (passed->has_chunks)
		buffer_format(answer, "%zx\r\n", length);
	buffer_put(answer, bytes, length);
	if (passed->has_chunks)
		buffer_put_text(answer, "\r\n");
	return ERRAND_STEP_PART;
}

static enum errand_step go_on_passing(struct errand *errand, struct buffer *answer)
{
	struct passed_request *passed = (struct passed_request *) errand;

	switch (passed_take(passed->passed)) {
	case PASSED_WAITS:
		return ERRAND_STEP_ASKS;
	case PASSED_HEAD:
		return put_answer_head(passed, answer);
	case PASSED_CONTENT:
		return put_answer_content(passed, answer);
	case PASSED_END:
		if (passed->has_chunks)
			buffer_put_text(answer, LAST_CHUNK);
		return ERRAND_STEP_ANSWERED;
	case PASSED_LOST:
		break;
	}
	return lose_papod_in_answer(passed, answer);
}

/* Requests */

static void on_passed_news(void *data)
{
	const struct passed_request *passed = data;

	passed->peer.on_answer(passed->peer.data);
}

static enum errand_step pass_request(struct passed_request *passed)
{
	passed->is_begun = true;
	passed_begin(passed->passed, &passed->head, &passed->body);
	buffer_done(&passed->body);
	return ERRAND_STEP_ASKS;
}

static enum errand_step take_passed_body(
	struct errand *errand, const void *bytes, size_t length, struct buffer *answer)
{
	struct passed_request *passed = (struct passed_request *) errand;
	size_t left = passed->body_bytes - passed->body.length;

	if (length > left)
		length = left;
	if (!passed_reserve(passed->passed, length))
		return refuse_passed(passed, HTTP_STATUS_UNAVAILABLE, TOO_MANY_WAIT, answer);
	buffer_put(&passed->body, bytes, length);
	return passed->body.length < passed->body_bytes ? ERRAND_STEP_RECEIVES
							: pass_request(passed);
}

static void time_out_passed(const struct errand *errand, struct buffer *answer)
{
	const struct passed_request *passed = (const struct passed_request *) errand;

	if (passed->is_begun)
		lose_papod_in_answer(passed, answer);
	else
		refuse_passed(passed, HTTP_STATUS_TIMEOUT, "The body came in too slowly", answer);
}

static void free_passed_request(struct errand *errand)
{
	struct passed_request *passed = (struct passed_request *) errand;

	passed_free(passed->passed);
	web_request_done(&passed->head);
	buffer_done(&passed->body);
	free(passed);
}

static const struct errand_kind passed_errand = {
	.go_on = go_on_passing,
	.take = take_passed_body,
	.time_out = time_out_passed,
	.free = free_passed_request,
};

/* NULL: the request does not have it. Lists that are divided into lines are joined. RFC 9110 5.3.
 */
static char *copy_field(const struct http_request *request, enum http_field field)
{
	struct buffer whole = { 0 };
	struct http_walk walk = http_walk_begin(request);
	struct http_text member;

	if (field != HTTP_FIELD_ACCEPT)
		return http_get(request, field, &member) ? mem_text_n(member.bytes, member.length)
							 : NULL;
	while (http_walk_next(&walk, field, &member)) {
		buffer_put_text(&whole, whole.length ? ", " : "");
		buffer_put(&whole, member.bytes, member.length);
	}
	return whole.bytes ? buffer_take(&whole) : NULL;
}

/* Forges send what others send too; then all say the same. */
static char *copy_first_field(
	const struct http_request *request, const enum http_field *fields, size_t n_fields)
{
	char *value = NULL;

	for (size_t i = 0; i < n_fields && !value; i++)
		value = copy_field(request, fields[i]);
	return value;
}

static void copy_hook_fields(struct passed_request *passed, const struct http_request *request)
{
	static const enum http_field events[] = { HTTP_FIELD_FORGEJO_EVENT, HTTP_FIELD_GITEA_EVENT,
		HTTP_FIELD_GITHUB_EVENT };
	static const enum http_field signatures[] = { HTTP_FIELD_HUB_SIGNATURE,
		HTTP_FIELD_FORGEJO_SIGNATURE, HTTP_FIELD_GITEA_SIGNATURE };

	passed->head.event = copy_first_field(request, events, ARRAY_LENGTH(events));
	passed->head.signature = copy_first_field(request, signatures, ARRAY_LENGTH(signatures));
}

static void copy_head(struct passed_request *passed, const struct http_request *request)
{
	passed->head = (struct web_request){
		.method = (uint8_t) request->method,
		.is_head = request->is_head,
		.is_private = passed->peer.is_private,
		.address = *passed->peer.address,
		.target = mem_text_n(request->target.bytes, request->target.length),
		.accept = copy_field(request, HTTP_FIELD_ACCEPT),
		.authorization = copy_field(request, HTTP_FIELD_AUTHORIZATION),
		.content_type = copy_field(request, HTTP_FIELD_CONTENT_TYPE),
	};
	copy_hook_fields(passed, request);
	passed->is_http10 = request->is_http10;
	passed->body_bytes = (size_t) request->content_length;
}

/* HTTP_STATUS_OK: its body is wanted; HTTP_STATUS_CONTINUE: the client waits for that. */
static enum http_status check_passed_body(
	const struct http_request *request, const char **ret_reason)
{
	struct http_text ignored;

	*ret_reason = "Content-Length is missing; bodies in chunks are not accepted";
	if (request->is_chunked || (request->method == HTTP_METHOD_POST && !request->has_length))
		return HTTP_STATUS_LENGTH_REQUIRED;
	*ret_reason = "The body is too large: at most 256 KiB are accepted";
	if (request->content_length > WEB_BODY_BYTES)
		return HTTP_STATUS_CONTENT_TOO_LARGE;
	*ret_reason = "Content-Encoding is not accepted";
	if (http_get(request, HTTP_FIELD_CONTENT_ENCODING, &ignored))
		return HTTP_STATUS_UNSUPPORTED_TYPE;
	*ret_reason = "Only 100-continue can be expected";
	return http_read_expectation(request);
}

static enum errand_step begin_to_pass(
	struct passed_request *passed, enum http_status status, struct buffer *answer)
{
	if (!passed->body_bytes)
		return pass_request(passed);
	if (status == HTTP_STATUS_CONTINUE)
		buffer_put_text(answer, "HTTP/1.1 100 Continue\r\n\r\n");
	return ERRAND_STEP_RECEIVES;
}

enum errand_step passed_request_begin(const struct passed_needs *needs,
	const struct errand_peer *peer, const struct http_request *request,
	struct errand_answer *answer, struct errand **ret_errand)
{
	struct passed_request *passed = mem_new(sizeof(*passed));
	const char *reason;
	enum http_status status = check_passed_body(request, &reason);

	passed->errand.kind = &passed_errand;
	passed->peer = *peer;
	passed->body.is_secret = true;
	*ret_errand = &passed->errand;
	copy_head(passed, request);
	if (status != HTTP_STATUS_OK && status != HTTP_STATUS_CONTINUE)
		return refuse_passed(passed, status, reason, &answer->head);
	passed->passed = passed_new(*needs->passing, peer->address, on_passed_news, passed);
	if (passed->passed)
		return begin_to_pass(passed, status, &answer->head);
	return refuse_passed(passed, HTTP_STATUS_UNAVAILABLE, TOO_MANY_WAIT, &answer->head);
}
