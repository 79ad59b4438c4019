/* Owns the lines of messages, and which tags of clients they carry. IRCv3 message-tags,
 * echo-message. */
#include "action/speech.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/formatting.h"
#include "proto/tags.h"
#include "world/batch_reference.h"
#include "world/caps.h"
#include "world/session.h"
#include "world/user.h"

/* IRCv3 message-tags, CLIENTTAGDENY. */
static bool is_tag_denied(const void *data, const char *key, size_t length)
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

static char *find_reaction(const struct buffer *tags)
{
	struct tag tag;

	return tags->length && tags_find(tags->bytes, "+draft/react", &tag) ? tags_value(&tag)
									    : NULL;
}

struct speech speech_of(struct call *call, const char *said, bool is_notice)
{
	struct speech speech = {
		.call = call, .verb = call->command->name, .said = said, .is_notice = is_notice
	};

	if (call->tags && call->session->caps & CAP_MESSAGE_TAGS)
		tags_put_client_only(
			call->tags, is_tag_denied, call->world->settings, &speech.tags);
	speech.reaction = find_reaction(&speech.tags);
	speech.is_typing = !said && is_typing(buffer_text(&speech.tags));
	speech.is_silent = is_notice || speech.is_typing;
	return speech;
}

void speech_done(struct speech *speech)
{
	buffer_done(&speech->tags);
	free(speech->reaction);
	free(speech->filtered);
}

static const char *speech_source(const struct speech *speech)
{
	return speech->as ? speech->as : speech->call->user->source;
}

static void spare_speaker(struct fanout *fanout, const struct speech *speech)
{
	const struct session *session = speech->call->session;

	if (session && !(session->caps & CAP_ECHO_MESSAGE))
		fanout->except = session;
}

static void begin_speech_line(struct fanout *fanout, const struct speech *speech,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

static void begin_speech_line(
	struct fanout *fanout, const struct speech *speech, const char *format, ...)
{
	const struct call *call = speech->call;
	va_list arguments;

	va_start(arguments, format);
	fanout_begin_v(fanout, call->world, call->outbox, format, arguments);
	va_end(arguments);
	spare_speaker(fanout, speech);
}

static void begin_line(struct fanout *fanout, const struct speech *speech, const char *text)
{
	struct buffer *line = fanout_open(fanout, speech->call->world, speech->call->outbox);

	/* Without a format, for speed: no other line is written as often. */
	buffer_put_byte(line, ':');
	buffer_put_text(line, speech_source(speech));
	buffer_put_byte(line, ' ');
	buffer_put_text(line, speech->verb);
	buffer_put_byte(line, ' ');
	buffer_put_text(line, speech->target);
	if (text) {
		buffer_put(line, " :", 2);
		buffer_put_text(line, text);
	}
	fanout_close(fanout);
	spare_speaker(fanout, speech);
}

static void tag_message(struct fanout *fanout, const struct speech *speech)
{
	const struct user *user = speech->call->user;

	fanout_from_message(fanout, speech->as ? NULL : user, speech->id);
	fanout_relayed_by(fanout, speech->as ? user : NULL);
	fanout_tag(fanout, speech->tags.bytes);
}

void speech_begin(struct fanout *fanout, const struct speech *speech)
{
	begin_line(fanout, speech, speech->text);
	tag_message(fanout, speech);
	if (!speech->text)
		fanout->needs = CAP_MESSAGE_TAGS;
}

static void send_line(struct fanout *fanout, const struct speech *speech, speech_reach_fn reach)
{
	reach(fanout, speech);
	fanout_end(fanout);
}

char *speech_line_text(const struct speech *speech, const struct client_line *line)
{
	bool strips = speech->channel && speech->channel->flags & CHANNEL_FLAG_STRIP_COLOURS;

	return strips ? formatting_strip(line->text) : mem_text(line->text);
}

static void send_in_batch(const struct speech *speech, speech_reach_fn reach, const char *reference)
{
	const struct client_batch *batch = speech->batch;
	struct fanout fanout;

	begin_speech_line(&fanout, speech, ":%s BATCH +%s draft/multiline %s",
		speech_source(speech), reference, speech->target);
	tag_message(&fanout, speech);
	fanout.needs = CAP_MULTILINE;
	send_line(&fanout, speech, reach);
	for (size_t i = 0; i < batch->n_lines; i++) {
		CLEANUP(mem_freep) char *text = speech_line_text(speech, &batch->lines[i]);

		begin_line(&fanout, speech, text);
		fanout.is_joined = batch->lines[i].is_joined;
		fanout_in_batch(&fanout, reference);
		fanout.needs = CAP_MULTILINE;
		send_line(&fanout, speech, reach);
	}
	begin_speech_line(&fanout, speech, ":%s BATCH -%s",
		speech->call->world->settings->server_name, reference);
	fanout.needs = CAP_MULTILINE;
	send_line(&fanout, speech, reach);
}

/* IRCv3 multiline, "Fallback": lines without text are left out, and the first is the message. */
static void send_as_lines(const struct speech *speech, speech_reach_fn reach)
{
	const struct client_batch *batch = speech->batch;
	bool is_first = true;
	struct fanout fanout;

	for (size_t i = 0; i < batch->n_lines; i++) {
		CLEANUP(mem_freep) char *text = speech_line_text(speech, &batch->lines[i]);

		if (!*text)
			continue;
		begin_line(&fanout, speech, text);
		if (is_first)
			tag_message(&fanout, speech);
		else
			fanout_from_message(&fanout, speech->call->user, 0);
		fanout.lacks = CAP_MULTILINE;
		send_line(&fanout, speech, reach);
		is_first = false;
	}
}

void speech_send(const struct speech *speech, speech_reach_fn reach)
{
	char reference[BATCH_REFERENCE_BYTES];
	struct fanout fanout;

	if (speech->batch) {
		batch_reference_format(batch_reference_next(speech->call->world), reference);
		send_in_batch(speech, reach, reference);
		send_as_lines(speech, reach);
	} else {
		speech_begin(&fanout, speech);
		send_line(&fanout, speech, reach);
	}
}
