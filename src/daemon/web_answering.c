/* Owns the form of answers: their frames. */
#include "daemon/web_answering.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/http_problem.h"
#include "world/world.h"

#define JSON_TYPE "application/json"

const struct settings *web_answering_settings(const struct web_answering *answering)
{
	return engine_world(answering->sources->engine)->settings;
}

const char *web_tell_world(const struct web_answering *answering, struct event *event)
{
	struct web_reply *reply = answering->sources->reply;

	buffer_clear(&reply->text);
	reply->is_awaited = true;
	engine_handle(answering->sources->engine, event);
	reply->is_awaited = false;
	return buffer_text(&reply->text);
}

static void put_answer_frame(struct buffer *out, const struct web_answer *answer)
{
	size_t begun = web_frame_begin(out);

	web_answer_save(out, answer);
	web_frame_end(out, begun);
}

void web_begin_content(const struct web_answering *answering, const char *content_type)
{
	struct web_answer answer = { .status = HTTP_STATUS_OK,
		.content_type = mem_text(content_type) };

	put_answer_frame(answering->out, &answer);
	web_answer_done(&answer);
}

/* The content is short. */
static void put_whole_answer(struct buffer *out, const struct web_answer *answer,
	const char *content_type, const struct buffer *content)
{
	struct web_answer whole = *answer;

	whole.content_type = mem_text(content_type);
	whole.has_length = true;
	whole.content_length = content->length;
	put_answer_frame(out, &whole);
	free(whole.content_type);
	web_content_put(out, content->bytes, content->length);
	web_frame_put(out, "", 0);
}

void web_answer_json(const struct web_answering *answering, json_t *object)
{
	CLEANUP(buffer_done) struct buffer content = { 0 };
	char *text = json_dumps(object, JSON_COMPACT);

	buffer_format(&content, "%s\n", text ? text : "null");
	free(text);
	json_decref(object);
	put_whole_answer(answering->out, &(struct web_answer){ .status = HTTP_STATUS_OK },
		JSON_TYPE, &content);
}

void web_refuse(
	const struct web_answering *answering, const struct web_answer *answer, const char *detail)
{
	CLEANUP(buffer_done) struct buffer problem = { 0 };

	http_problem_format(&problem, (enum http_status) answer->status, detail);
	put_whole_answer(answering->out, answer, HTTP_PROBLEM_TYPE, &problem);
}

void web_refuse_status(
	const struct web_answering *answering, enum http_status status, const char *detail)
{
	web_refuse(answering, &(struct web_answer){ .status = status }, detail);
}
