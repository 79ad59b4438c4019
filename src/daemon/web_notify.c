/* Owns the way from a body to an EVENT_DATAGRAM: from there on a notification over HTTP is one like
 * all others, with the rights and the rate of its source. See world/datagram.h. */
#include "daemon/web_notify.h"

#include <string.h>

#include "action/notifying.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/gate_message.h"
#include "proto/hook.h"
#include "proto/notification.h"
#include "world/datagram.h"

#define RETRY_S 10

/* The channels of the source, without those that are masks. */
static void put_own_channels(const struct notifier_settings *source, struct buffer *channels)
{
	for (size_t i = 0; i < source->n_channels; i++)
		if (!strpbrk(source->channels[i], "*?"))
			buffer_format(
				channels, "%s%s", channels->length ? "," : "", source->channels[i]);
}

static size_t count_pieces(const char *channels)
{
	size_t n = 1;

	for (; *channels; channels++)
		n += *channels == ',';
	return n;
}

static void put_datagram_text(
	const char *source, const char *channels, const struct hook *hook, struct buffer *text)
{
	CLEANUP(mem_freep) char *lines = mem_text(hook->lines.bytes);
	char *rest = lines, *line;

	buffer_put_text(text, source);
	while ((line = text_split(&rest, '\n')))
		if (*line)
			buffer_format(text, "\n%s %s", channels, line);
}

/* "ok", or "error: " and the first reason of a refusal. */
static void answer_with_reply(
	const struct web_answering *answering, const char *text, size_t n_messages)
{
	const char *reason = text_starts_with(text, "error: ") ? text + strlen("error: ") : NULL;
	struct web_answer answer = { .status = HTTP_STATUS_UNPROCESSABLE };

	if (!reason) {
		web_answer_json(answering, json_pack("{s:I}", "messages", (json_int_t) n_messages));
		return;
	}
	if (strstr(reason, NOTIFYING_TOO_MANY)) {
		answer.status = HTTP_STATUS_TOO_MANY_REQUESTS;
		answer.retry_s = RETRY_S;
	}
	web_refuse(answering, &answer, reason);
}

/* To these channels. */
static void send_lines(const struct web_answering *answering, const char *source,
	const char *channels, const struct hook *hook)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };
	struct event event = {
		.kind = EVENT_DATAGRAM,
		.status = DATAGRAM_GOOD,
		.listener = GATE_ASKS_LISTENER,
		.address = answering->request->address,
	};

	put_datagram_text(source, channels, hook, &text);
	event.text = text.bytes;
	event.text_length = text.length;
	answer_with_reply(answering, web_tell_world(answering, &event),
		hook->n_lines * count_pieces(channels));
}

static void answer_with_hook(const struct web_answering *answering, const struct hook *hook)
{
	const struct notifier_settings *source = settings_find_notifier(
		web_answering_settings(answering), web_match_param(&answering->match, "source"));
	const char *named = web_match_param(&answering->match, "channels");
	CLEANUP(buffer_done) struct buffer channels = { 0 };

	if (!named)
		named = hook->channels;
	if (named)
		buffer_put_text(&channels, named);
	else
		put_own_channels(source, &channels);
	if (hook->is_silent)
		web_answer_json(answering,
			json_pack("{s:i,s:s}", "messages", 0, "reason", hook->is_silent));
	else if (!channels.length || strpbrk(channels.bytes, " \r\n"))
		web_refuse_status(answering, HTTP_STATUS_UNPROCESSABLE,
			"Name channels, such as ?channels=%23build in the URL: the source has only "
			"masks of them");
	else if (hook->n_lines * count_pieces(channels.bytes) > NOTIFICATION_MESSAGES)
		web_refuse_status(answering, HTTP_STATUS_UNPROCESSABLE,
			"There are more than 32 messages, counting each line once for each of its "
			"channels");
	else
		send_lines(answering, source->name, channels.bytes, hook);
}

/* False: the request was refused. */
static bool read_hook(
	const struct web_answering *answering, const char *content_type, struct hook *ret_hook)
{
	const struct hook_body body = {
		.content_type = content_type,
		.event = answering->request->event,
		.bytes = answering->body->bytes,
		.length = answering->body->length,
	};
	char reason[HOOK_REASON_BYTES];

	if (hook_parse(&body, reason, ret_hook))
		return true;
	web_refuse_status(answering, HTTP_STATUS_BAD_REQUEST, reason);
	return false;
}

void web_answer_notify(const struct web_answering *answering)
{
	CLEANUP(hook_done) struct hook hook = { 0 };

	if (read_hook(answering, answering->request->content_type, &hook))
		answer_with_hook(answering, &hook);
}

/* The path has the only channel. */
void web_answer_send(const struct web_answering *answering)
{
	const char *channel = web_match_param(&answering->match, "place");
	CLEANUP(hook_done) struct hook hook = { 0 };

	if (!answering->program->source) {
		web_refuse_status(answering, HTTP_STATUS_FORBIDDEN,
			"The program has no source in api_tokens as which it could send");
		return;
	}
	if (!read_hook(answering, "application/json", &hook))
		return;
	if (hook.channels || hook.is_silent || strpbrk(channel, ", "))
		web_refuse_status(answering, HTTP_STATUS_BAD_REQUEST,
			"The body needs a \"text\" and no \"channels\": the path names the "
			"channel");
	else
		send_lines(answering, answering->program->source, channel, &hook);
}
