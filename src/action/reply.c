/* Owns formatting replies. */
#include "action/reply.h"

#include <string.h>

#include "base/mem.h"
#include "proto/message.h"
#include "world/batch_reference.h"
#include "world/caps.h"
#include "world/session.h"

void reply_end(struct fanout *fanout, struct call *call)
{
	const struct outbox *outbox = call->outbox;
	size_t count = outbox->count;
	char reference[BATCH_REFERENCE_BYTES];

	/* A long word that the numeric echoes must not push out the text. */
	if (fanout->text.length > MESSAGE_BYTES)
		message_spare_text(&fanout->text);
	fanout_close(fanout);
	if (call->batch) {
		batch_reference_format(call->batch, reference);
		fanout_in_batch(fanout, reference);
	}
	fanout_to_session(fanout, call->session);
	fanout_end(fanout);
	if (outbox->count > count)
		call->said += outbox->effects[count].line->length;
}

static void put_reply_word(struct buffer *text, const char *word)
{
	buffer_put_text(text, word);
	buffer_put_byte(text, ' ');
}

static void put_head(struct buffer *text, const struct call *call, const char *numeric)
{
	buffer_put_byte(text, ':');
	put_reply_word(text, call->world->settings->server_name);
	put_reply_word(text, numeric);
	put_reply_word(text, session_nick(call->session));
}

static struct buffer *begin_v(struct fanout *fanout, struct call *call, const char *numeric,
	const char *format, va_list arguments) __attribute__((format(printf, 4, 0)));

static struct buffer *begin_v(struct fanout *fanout, struct call *call, const char *numeric,
	const char *format, va_list arguments)
{
	struct buffer *text = fanout_open(fanout, call->world, call->outbox);

	put_head(text, call, numeric);
	buffer_format_v(text, format, arguments);
	return text;
}

struct buffer *reply_begin(
	struct fanout *fanout, struct call *call, const char *numeric, const char *format, ...)
{
	va_list arguments;
	struct buffer *text;

	va_start(arguments, format);
	text = begin_v(fanout, call, numeric, format, arguments);
	va_end(arguments);
	return text;
}

void reply(struct call *call, const char *numeric, const char *format, ...)
{
	struct fanout fanout;
	va_list arguments;

	va_start(arguments, format);
	begin_v(&fanout, call, numeric, format, arguments);
	va_end(arguments);
	reply_end(&fanout, call);
}

void reply_standard(struct call *call, const char *type, const char *code, const char *format, ...)
{
	struct fanout fanout;
	struct buffer *text = fanout_open(&fanout, call->world, call->outbox);
	va_list arguments;

	buffer_format(text, ":%s %s %s %s ", call->world->settings->server_name, type,
		call->command ? call->command->name : "*", code);
	va_start(arguments, format);
	buffer_format_v(text, format, arguments);
	va_end(arguments);
	reply_end(&fanout, call);
}

void reply_batch_begin_past(struct call *call, const char *type_and_params, bool is_end)
{
	char reference[BATCH_REFERENCE_BYTES];
	struct fanout fanout;
	uint64_t batch;

	if (!(call->session->caps & CAP_BATCH))
		return;
	batch = batch_reference_next(call->world);
	batch_reference_format(batch, reference);
	buffer_format(fanout_open(&fanout, call->world, call->outbox), ":%s BATCH +%s %s",
		call->world->settings->server_name, reference, type_and_params);
	fanout.is_end = is_end;
	reply_end(&fanout, call);
	call->batch = batch;
}

void reply_batch_begin(struct call *call, const char *type_and_params)
{
	reply_batch_begin_past(call, type_and_params, false);
}

void reply_batch_end(struct call *call)
{
	char reference[BATCH_REFERENCE_BYTES];

	if (!call->batch)
		return;
	batch_reference_format(call->batch, reference);
	call->batch = 0;
	reply_line(call, ":%s BATCH -%s", call->world->settings->server_name, reference);
}

void reply_usage(struct call *call)
{
	const struct command *command = call->command;

	reply(call, ERR_NEEDMOREPARAMS, command->name, command->name, command->usage);
}

void numeric_write(
	struct buffer *out, const struct world *world, const char *numeric, const char *format, ...)
{
	va_list arguments;

	buffer_format(out, ":%s %s * ", world->settings->server_name, numeric);
	va_start(arguments, format);
	buffer_format_v(out, format, arguments);
	va_end(arguments);
}

void numeric_begin(
	struct fanout *fanout, struct call *call, const char *numeric, const char *format, ...)
{
	struct buffer *text = fanout_open(fanout, call->world, call->outbox);
	va_list arguments;

	buffer_format(text, ":%s %s ", call->world->settings->server_name, numeric);
	va_start(arguments, format);
	buffer_format_v(text, format, arguments);
	va_end(arguments);
	fanout_close(fanout);
	fanout_from(fanout, call->user);
}

void reply_line(struct call *call, const char *format, ...)
{
	struct fanout fanout;
	va_list arguments;

	va_start(arguments, format);
	buffer_format_v(fanout_open(&fanout, call->world, call->outbox), format, arguments);
	va_end(arguments);
	reply_end(&fanout, call);
}

void tell_session(struct world *world, struct outbox *outbox, const struct session *session,
	const char *format, ...)
{
	struct fanout fanout;
	va_list arguments;

	va_start(arguments, format);
	fanout_begin_v(&fanout, world, outbox, format, arguments);
	va_end(arguments);
	fanout_to_session(&fanout, session);
	fanout_end(&fanout);
}

void notice_session(
	struct world *world, struct outbox *outbox, const struct session *session, const char *text)
{
	struct fanout fanout;

	fanout_begin(&fanout, world, outbox, ":%s NOTICE %s :%s", world->settings->server_name,
		session_nick(session), text);
	fanout_from(&fanout, NULL);
	fanout_to_session(&fanout, session);
	fanout_end(&fanout);
}

void reply_words_begin(
	struct reply_words *words, struct call *call, const char *numeric, const char *format, ...)
{
	va_list arguments;

	*words = (struct reply_words){ .call = call, .separator = ' ' };
	buffer_reserve(&words->line, MESSAGE_BYTES + 1);
	put_head(&words->line, call, numeric);
	va_start(arguments, format);
	buffer_format_v(&words->line, format, arguments);
	va_end(arguments);
	words->head_bytes = words->line.length;
}

static void send_always(struct reply_words *words)
{
	struct fanout fanout;

	buffer_put(fanout_open(&fanout, words->call->world, words->call->outbox), words->line.bytes,
		words->line.length);
	reply_end(&fanout, words->call);
	buffer_cut(&words->line, words->head_bytes);
	words->is_sent = true;
}

void reply_words_send(struct reply_words *words)
{
	if (words->line.length == words->head_bytes)
		return;
	buffer_cut(&words->line, words->line.length - 1);
	send_always(words);
}

void reply_words_end(struct reply_words *words)
{
	reply_words_send(words);
	buffer_done(&words->line);
}

void reply_words_end_always(struct reply_words *words)
{
	if (!words->is_sent && words->line.length == words->head_bytes)
		send_always(words);
	reply_words_end(words);
}
