/* Answers to the session that asked. */
#pragma once

#include <string.h>

#include "action/command.h"
#include "proto/message.h"
#include "proto/numeric.h"
#include "world/fanout.h"

/* A numeric: reply(call, ERR_NOSUCHCHANNEL, name). What is too long is cut. */
void reply(struct call *call, const char *numeric, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same in pieces: the caller appends the rest to the buffer before reply_end(). */
struct buffer *reply_begin(struct fanout *fanout, struct call *call, const char *numeric,
	const char *format, ...) __attribute__((format(printf, 4, 5)));
void reply_end(struct fanout *fanout, struct call *call);

/* Send 461 for a missing parameter that the row does not require. */
void reply_usage(struct call *call);

/* Any other line; the format is the whole of it. */
void reply_line(struct call *call, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* IRCv3 standard-replies. The type is FAIL, WARN or NOTE, the code from their registry; the
 * format is the context, if any, and ":description". */
void reply_standard(struct call *call, const char *type, const char *code, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
#define reply_fail(call, ...) reply_standard((call), "FAIL", __VA_ARGS__)

/* IRCv3 batch: the replies between the two calls form a batch, for clients that know batches.
 * Batches do not nest. */
void reply_batch_begin(struct call *call, const char *type_and_params);
/* The same for messages of the past; is_end: there are no more of them. IRCv3 chathistory. */
void reply_batch_begin_past(struct call *call, const char *type_and_params, bool is_end);
void reply_batch_end(struct call *call);

/* Send a line outside of a command. */
void tell_session(struct world *world, struct outbox *outbox, const struct session *session,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Send a NOTICE from the server. */
void notice_session(struct world *world, struct outbox *outbox, const struct session *session,
	const char *text);

/* Begin a numeric to users other than the caller, whose first parameter is the recipient's nick:
 * then call fanout_to_...() and fanout_end(). */
void numeric_begin(struct fanout *fanout, struct call *call, const char *numeric,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The same as one line for many recipients, with "*" for the nick. */
void numeric_write(struct buffer *out, const struct world *world, const char *numeric,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Words that are packed into as few numerics as hold them: begin, put each, end. */
struct reply_words {
	struct call *call;
	struct buffer line; /* the current numeric; a separator follows each word */
	size_t head_bytes;  /* of its start: ":server 353 nick #channel :" */
	char separator;
	bool is_sent; /* at least one numeric */
};

void reply_words_begin(struct reply_words *words, struct call *call, const char *numeric,
	const char *format, ...) __attribute__((format(printf, 4, 5)));
void reply_words_send(struct reply_words *words);	/* the next word begins another numeric */
void reply_words_end(struct reply_words *words);	/* sends what is left, if anything */
void reply_words_end_always(struct reply_words *words); /* one numeric even without words */

static inline void reply_words_put(struct reply_words *words, const char *word)
{
	size_t length = strlen(word);
	char *at;

	if (words->line.length + length > MESSAGE_BYTES)
		reply_words_send(words);
	at = buffer_extend(&words->line, length + 1);
	memcpy(at, word, length);
	at[length] = words->separator;
}
