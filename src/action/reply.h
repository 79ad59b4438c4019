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

/* The same in pieces: what is put into the buffer between the two is its end. */
struct buffer *reply_begin(struct fanout *fanout, struct call *call, const char *numeric,
	const char *format, ...) __attribute__((format(printf, 4, 5)));
void reply_end(struct fanout *fanout, struct call *call);

/* 461: what the row does not count was missing. */
void reply_usage(struct call *call);

/* Any other line; the format is the whole of it. */
void reply_line(struct call *call, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* IRCv3 standard-replies. The type is FAIL, WARN or NOTE, the code from their registry; the
 * format is the context, if any, and ":description". */
void reply_standard(struct call *call, const char *type, const char *code, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
#define reply_fail(call, ...) reply_standard((call), "FAIL", __VA_ARGS__)

/* IRCv3 batch: what is replied from one to the other belongs together. Who does not know batches
 * gets it without. Batches do not nest. */
void reply_batch_begin(struct call *call, const char *type_and_params);
void reply_batch_end(struct call *call);

/* A line outside of a command. */
void tell_session(struct world *world, struct outbox *outbox, const struct session *session,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

/* A NOTICE of the server. */
void notice_session(struct world *world, struct outbox *outbox, const struct session *session,
	const char *text);

/* A numeric to others than the caller, whose first parameter is the one it is addressed to:
 * then fanout_to_...(), then fanout_end(). */
void numeric_begin(struct fanout *fanout, struct call *call, const char *numeric,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The same line for many who are not named in it: an asterisk stands for each of them. */
void numeric_write(struct buffer *out, const struct world *world, const char *numeric,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Words that are packed into as few numerics as hold them: begin, put each, end. */
struct reply_words {
	struct call *call;
	struct buffer line; /* the numeric that is being filled; a separator behind each word */
	size_t head_bytes;  /* of it: ":server 353 nick #channel :" */
	char separator;
	bool is_sent; /* one numeric at least */
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
