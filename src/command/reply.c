/* Owns the writing of answers. */
#include "command/reply.h"

#include <string.h>

#include "base/mem.h"
#include "proto/message.h"
#include "world/batch.h"
#include "world/caps.h"
#include "world/session.h"

/* The text is done with. */
static void say(struct call *call, struct buffer *text)
{
	const struct outbox *outbox = call->outbox;
	size_t count = outbox->count;
	char reference[BATCH_BYTES];
	struct fanout fanout;

	fanout_begin(&fanout, call->world, call->outbox, "%s", text->bytes);
	if (call->batch) {
		batch_format(call->batch, reference);
		fanout_in_batch(&fanout, reference);
	}
	fanout_to_session(&fanout, call->session);
	fanout_end(&fanout);
	if (outbox->count > count)
		call->said += outbox->effects[count].line->length;
	buffer_done(text);
}

void reply(struct call *call, const char *numeric, const char *format, ...)
{
	struct buffer text = { 0 };
	va_list arguments;

	buffer_format(&text, ":%s %s %s ", call->world->settings->server_name, numeric,
		session_nick(call->session));
	va_start(arguments, format);
	buffer_format_v(&text, format, arguments);
	va_end(arguments);
	say(call, &text);
}

void reply_standard(struct call *call, const char *type, const char *code, const char *format, ...)
{
	struct buffer text = { 0 };
	va_list arguments;

	buffer_format(&text, ":%s %s %s %s ", call->world->settings->server_name, type,
		call->command ? call->command->name : "*", code);
	va_start(arguments, format);
	buffer_format_v(&text, format, arguments);
	va_end(arguments);
	say(call, &text);
}

void reply_batch_begin(struct call *call, const char *type_and_params)
{
	char reference[BATCH_BYTES];
	uint64_t batch;

	if (!(call->session->caps & CAP_BATCH))
		return;
	batch = batch_next(call->world);
	batch_format(batch, reference);
	reply_line(call, ":%s BATCH +%s %s", call->world->settings->server_name, reference,
		type_and_params);
	call->batch = batch;
}

void reply_batch_end(struct call *call)
{
	char reference[BATCH_BYTES];

	if (!call->batch)
		return;
	batch_format(call->batch, reference);
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
	struct buffer text = { 0 };
	va_list arguments;

	buffer_format(&text, ":%s %s ", call->world->settings->server_name, numeric);
	va_start(arguments, format);
	buffer_format_v(&text, format, arguments);
	va_end(arguments);
	fanout_begin(fanout, call->world, call->outbox, "%s", text.bytes);
	fanout_from(fanout, call->user);
	buffer_done(&text);
}

void reply_line(struct call *call, const char *format, ...)
{
	struct buffer text = { 0 };
	va_list arguments;

	va_start(arguments, format);
	buffer_format_v(&text, format, arguments);
	va_end(arguments);
	say(call, &text);
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

/* Beside ":server 353 nick " and the head. */
static size_t words_bytes(const struct reply_words *words)
{
	size_t used = 1 + strlen(words->call->world->settings->server_name) + 1 + 3 + 1 +
		      strlen(session_nick(words->call->session)) + 1 + words->head.length;

	return used < MESSAGE_BYTES ? MESSAGE_BYTES - used : 0;
}

void reply_words_begin(
	struct reply_words *words, struct call *call, const char *numeric, const char *format, ...)
{
	va_list arguments;

	*words = (struct reply_words){ .call = call, .numeric = numeric, .separator = ' ' };
	va_start(arguments, format);
	buffer_format_v(&words->head, format, arguments);
	va_end(arguments);
	words->max_bytes = words_bytes(words);
}

static void flush_always(struct reply_words *words)
{
	reply(words->call, words->numeric, "%s%s", buffer_text(&words->head),
		buffer_text(&words->words));
	buffer_clear(&words->words);
	words->n_words = 0;
	words->is_sent = true;
}

static void flush(struct reply_words *words)
{
	if (words->words.length)
		flush_always(words);
}

struct buffer *reply_words_next(struct reply_words *words)
{
	if (words->most && words->n_words == words->most)
		flush(words);
	words->begin = words->words.length;
	if (words->begin)
		buffer_put_byte(&words->words, words->separator);
	return &words->words;
}

static void move_to_next_numeric(struct reply_words *words)
{
	CLEANUP(mem_freep) char *word = mem_text(words->words.bytes + words->begin + 1);

	buffer_cut(&words->words, words->begin);
	flush(words);
	buffer_put_text(&words->words, word);
}

void reply_words_took(struct reply_words *words)
{
	if (words->begin && words->words.length > words->max_bytes)
		move_to_next_numeric(words);
	words->n_words++;
}

void reply_words_put(struct reply_words *words, const char *word)
{
	buffer_put_text(reply_words_next(words), word);
	reply_words_took(words);
}

void reply_words_end(struct reply_words *words)
{
	flush(words);
	buffer_done(&words->head);
	buffer_done(&words->words);
}

void reply_words_end_always(struct reply_words *words)
{
	if (!words->is_sent && !words->words.length)
		flush_always(words);
	reply_words_end(words);
}
