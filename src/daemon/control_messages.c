/* Owns the steps of adding lines, which end with the process. */
#include "daemon/control_messages.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "daemon/control_calls.h"
#include "daemon/control_import.h"
#include "proto/varlink_message.h"
#include "report/report_messages.h"

struct control_messages {
	struct buffer event;
	struct reading_question question;
	struct buffer answer;
	bool is_ready;
	bool is_failed;
	bool is_recorded; /* the event is over, and the question was asked again */
	struct report_messages counts;
};

static void on_lines_compared(void *data, const struct buffer *answer)
{
	struct control_messages *messages = data;

	messages->is_ready = true;
	messages->is_failed = !answer;
	if (answer)
		buffer_put(&messages->answer, answer->bytes, answer->length);
}

struct control_messages *control_messages_new(struct buffer *event)
{
	struct control_messages *messages = mem_new(sizeof(*messages));

	messages->event = *event;
	*event = (struct buffer){ 0 };
	list_init(&messages->question.in_all);
	messages->question.on_answer = on_lines_compared;
	messages->question.data = messages;
	return messages;
}

void control_messages_free(struct control_messages *messages)
{
	if (!messages)
		return;
	list_remove(&messages->question.in_all);
	buffer_done(&messages->event);
	buffer_done(&messages->answer);
	free(messages);
}

static bool ask_about_lines(struct control_messages *messages,
	const struct control_messages_needs *needs, struct report_messages *ret_counts)
{
	CLEANUP(buffer_done) struct buffer question = { 0 }, reason = { 0 };

	buffer_clear(&messages->answer);
	messages->is_ready = false;
	if (!report_messages_ask(engine_world(needs->engine), &messages->event, &question,
		    ret_counts, &reason)) {
		control_calls_refuse(needs->out, buffer_text(&reason));
		return false;
	}
	readings_ask(needs->readings, &messages->question, &question);
	return true;
}

bool control_messages_begin(
	struct control_messages *messages, const struct control_messages_needs *needs)
{
	return ask_about_lines(messages, needs, &messages->counts);
}

bool control_messages_is_ready(const struct control_messages *messages)
{
	return messages->is_ready;
}

/* False, as nothing follows. */
static bool answer_with_counts(
	const struct control_messages *messages, const struct control_messages_needs *needs)
{
	varlink_message_put_reply(needs->out,
		json_pack("{s:o}", "lines", report_messages_as_json(&messages->counts)));
	return false;
}

static bool refuse_lines(const struct control_messages_needs *needs, const char *reason)
{
	control_calls_refuse(needs->out, reason);
	return false;
}

static bool record_lines(
	struct control_messages *messages, const struct control_messages_needs *needs)
{
	struct report_messages again;

	messages->is_recorded = true;
	control_import_act(needs->engine, &messages->event);
	if (!*needs->has_acted)
		return refuse_lines(needs, "The channel is not there or not recorded any more");
	return ask_about_lines(messages, needs, &again);
}

bool control_messages_go_on(
	struct control_messages *messages, const struct control_messages_needs *needs)
{
	struct report_messages *counts = &messages->counts;

	if (messages->is_failed)
		return refuse_lines(
			needs, "The history cannot be read now; the log of the server says why");
	if (!messages->is_recorded) {
		report_messages_answer(counts, &messages->answer, &messages->event);
		if (counts->is_dry_run || counts->n_present == counts->lines.n_rows)
			return answer_with_counts(messages, needs);
		return record_lines(messages, needs);
	}
	if (report_messages_present(&messages->answer) < counts->lines.n_rows)
		return refuse_lines(
			needs, "The history cannot be written now; the log of the server says why");
	return answer_with_counts(messages, needs);
}
