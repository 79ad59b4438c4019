/* Owns the lines of messages, and which tags of clients they carry. IRCv3 message-tags,
 * echo-message. */
#include "action/speech.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/formatting.h"
#include "proto/tags.h"
#include "world/batch.h"
#include "world/caps.h"
#include "world/msgid.h"
#include "world/session.h"
#include "world/user.h"

/* IRCv3 message-tags, CLIENTTAGDENY. */
static bool is_denied(const void *data, const char *key, size_t length)
{
	const struct settings *settings = data;

	return settings_denies(
		settings->client_tags_denied, settings->n_client_tags_denied, key, length);
}

/* IRCv3 typing. */
static bool is_typing(const char *tags)
{
	return text_starts_with(tags, "+typing") && (tags[7] == '=' || !tags[7]) &&
	       !strchr(tags, ';');
}

struct speech speech_of(struct call *call, const char *text, bool is_notice)
{
	struct speech speech = {
		.call = call, .verb = call->command->name, .text = text, .is_notice = is_notice
	};

	if (call->tags && call->session->caps & CAP_MESSAGE_TAGS)
		tags_put_client_only(call->tags, is_denied, call->world->settings, &speech.tags);
	speech.is_typing = !text && is_typing(buffer_text(&speech.tags));
	speech.is_silent = is_notice || speech.is_typing;
	return speech;
}

void speech_done(struct speech *speech)
{
	buffer_done(&speech->tags);
}

static const char *source_of(const struct speech *speech)
{
	return speech->as ? speech->as : speech->call->user->source;
}

static void spare_speaker(struct fanout *fanout, const struct speech *speech)
{
	if (!(speech->call->session->caps & CAP_ECHO_MESSAGE))
		fanout->except = speech->call->session;
}

static void begin_text(struct fanout *fanout, const struct speech *speech, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void begin_text(struct fanout *fanout, const struct speech *speech, const char *format, ...)
{
	const struct call *call = speech->call;
	va_list arguments;

	va_start(arguments, format);
	fanout_begin_v(fanout, call->world, call->outbox, format, arguments);
	va_end(arguments);
	spare_speaker(fanout, speech);
}

static void begin_line(
	struct fanout *fanout, const struct speech *speech, const char *target, const char *text)
{
	struct buffer *line = fanout_open(fanout, speech->call->world, speech->call->outbox);

	/* Not by a format: no other line is written as often. */
	buffer_put_byte(line, ':');
	buffer_put_text(line, source_of(speech));
	buffer_put_byte(line, ' ');
	buffer_put_text(line, speech->verb);
	buffer_put_byte(line, ' ');
	buffer_put_text(line, target);
	if (text) {
		buffer_put(line, " :", 2);
		buffer_put_text(line, text);
	}
	fanout_close(fanout);
	spare_speaker(fanout, speech);
}

static void tag_message(struct fanout *fanout, const struct speech *speech, uint64_t id)
{
	const struct user *user = speech->call->user;

	fanout_from_message(fanout, speech->as ? NULL : user, id);
	fanout_relayed_by(fanout, speech->as ? user : NULL);
	fanout_tag(fanout, speech->tags.bytes);
}

static void begin_message(struct fanout *fanout, const struct speech *speech, const char *target,
	const char *text, uint64_t id)
{
	begin_line(fanout, speech, target, text);
	tag_message(fanout, speech, id);
	if (!text)
		fanout->needs = CAP_MESSAGE_TAGS;
}

void speech_begin(
	struct fanout *fanout, const struct speech *speech, const char *target, const char *text)
{
	begin_message(fanout, speech, target, text, msgid_next(speech->call->world));
}

/* To whom a message in lines goes. */
struct delivery {
	const struct spoken *spoken;
	speech_reach_fn reach;
	const void *audience;
	char reference[BATCH_BYTES];
};

static void reach(const struct delivery *delivery, struct fanout *fanout)
{
	delivery->reach(fanout, delivery->audience);
	fanout_end(fanout);
}

static char *text_of(const struct delivery *delivery, const struct client_line *line)
{
	return delivery->spoken->is_plain ? formatting_strip(line->text) : mem_text(line->text);
}

static void send_in_batch(const struct delivery *delivery, const struct client_batch *batch)
{
	const struct spoken *spoken = delivery->spoken;
	struct fanout fanout;

	begin_text(&fanout, spoken->speech, ":%s BATCH +%s draft/multiline %s",
		source_of(spoken->speech), delivery->reference, spoken->target);
	tag_message(&fanout, spoken->speech, spoken->id);
	fanout.needs = CAP_MULTILINE;
	reach(delivery, &fanout);
	for (size_t i = 0; i < batch->n_lines; i++) {
		CLEANUP(mem_freep) char *text = text_of(delivery, &batch->lines[i]);

		begin_line(&fanout, spoken->speech, spoken->target, text);
		fanout.is_joined = batch->lines[i].is_joined;
		fanout_in_batch(&fanout, delivery->reference);
		fanout.needs = CAP_MULTILINE;
		reach(delivery, &fanout);
	}
	begin_text(&fanout, spoken->speech, ":%s BATCH -%s",
		spoken->speech->call->world->settings->server_name, delivery->reference);
	fanout.needs = CAP_MULTILINE;
	reach(delivery, &fanout);
}

/* IRCv3 multiline, "Fallback": lines without text are left out, and the first is the message. */
static void send_as_lines(const struct delivery *delivery, const struct client_batch *batch)
{
	const struct spoken *spoken = delivery->spoken;
	bool is_first = true;
	struct fanout fanout;

	for (size_t i = 0; i < batch->n_lines; i++) {
		CLEANUP(mem_freep) char *text = text_of(delivery, &batch->lines[i]);

		if (!*text)
			continue;
		begin_line(&fanout, spoken->speech, spoken->target, text);
		if (is_first)
			tag_message(&fanout, spoken->speech, spoken->id);
		else
			fanout_from_message(&fanout, spoken->speech->call->user, 0);
		fanout.lacks = CAP_MULTILINE;
		reach(delivery, &fanout);
		is_first = false;
	}
}

void speech_send(const struct spoken *spoken, speech_reach_fn reach_all, const void *audience)
{
	const struct speech *speech = spoken->speech;
	struct delivery delivery = { .spoken = spoken, .reach = reach_all, .audience = audience };
	struct fanout fanout;

	if (speech->batch) {
		batch_format(batch_next(speech->call->world), delivery.reference);
		send_in_batch(&delivery, speech->batch);
		send_as_lines(&delivery, speech->batch);
	} else {
		begin_message(&fanout, speech, spoken->target, spoken->text, spoken->id);
		reach(&delivery, &fanout);
	}
}
