/* All that the outside must do: the one way out.
 *
 * The core fills the outbox while it handles one event; the daemon then carries the
 * effects out in their order and clears it. Filling allocates nothing per recipient. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/buffer.h"
#include "base/line.h"
#include "base/logbook.h"
#include "proto/message.h"

enum effect_kind {
	EFFECT_SEND,   /* session, line */
	EFFECT_CLOSE,  /* session: after what is queued has gone out. Nothing follows for it */
	EFFECT_PAUSE,  /* session: take no more lines from it */
	EFFECT_RESUME, /* session: go on */
	EFFECT_LIMITS, /* session, limits: queue sizes of its class, at connect and reload */
	EFFECT_NOTIFY, /* session: send EVENT_DRAINED when its queue is empty */
	EFFECT_VERIFY, /* session, request: does the password match the hash? Answer: ANSWER_YES */
	EFFECT_LOOKUP, /* session, request: the name of the address. ANSWER_YES: text is the name */
	EFFECT_RELOAD, /* session (may be 0): read the configuration again */
	EFFECT_RESTART, /* session: stop, and start again */
	EFFECT_LOG,	/* entry: write it to the log */
};

/* EFFECT_VERIFY and EFFECT_LOOKUP. */
struct request {
	uint64_t id; /* comes back in EVENT_ANSWER */
	struct address address;
	char *hash;	/* crypt(3) */
	char *password; /* wiped when the outbox is cleared */
};

/* EFFECT_LIMITS, in bytes. */
struct limits {
	uint32_t send_queue;
	uint32_t receive_queue;
};

/* EFFECT_LOG: name, value, name, value ... NULL. The values' texts are behind them. */
struct log_fields {
	enum logbook entry;
	const char *fields[];
};

struct effect {
	enum effect_kind kind;
	uint64_t session;
	union {
		struct line *line;
		struct request *request;
		struct limits limits;
		struct log_fields *log;
	};
};

struct outbox {
	struct effect *effects;
	size_t count;
	size_t capacity;
	/* Where in the event's text there is a secret, as a password, or what was meant as one.
	 * Whoever keeps the text overwrites it with message_mask() once session_holds_secret() is
	 * false: if the event happens again, the outcome is the same. No length: there is none. */
	struct message_place secret;
	struct buffer spare; /* memory for the text of the next line, see fanout.h */
};

void outbox_done(struct outbox *outbox);
void outbox_clear(struct outbox *outbox); /* drops what the effects hold; keeps the memory */
void outbox_grow(struct outbox *outbox);  /* for the next function */

/* To be filled by the caller; for the functions below. */
static inline struct effect *outbox_new_effect(
	struct outbox *outbox, enum effect_kind kind, uint64_t session)
{
	struct effect *effect;

	if (outbox->count == outbox->capacity)
		outbox_grow(outbox);
	effect = &outbox->effects[outbox->count++];
	effect->kind = kind;
	effect->session = session;
	return effect;
}

/* Takes a ref. */
static inline void outbox_send(struct outbox *outbox, uint64_t session, struct line *line)
{
	outbox_new_effect(outbox, EFFECT_SEND, session)->line = line_ref(line);
}

/* Both take a ref. What is at the index and behind it moves. */
void outbox_insert_line(struct outbox *outbox, size_t index, uint64_t session, struct line *line);
void outbox_replace_line(struct outbox *outbox, size_t index, struct line *line);
void outbox_add(struct outbox *outbox, enum effect_kind kind, uint64_t session);
void outbox_limits(struct outbox *outbox, uint64_t session, struct limits limits);
void outbox_verify(struct outbox *outbox, uint64_t session, uint64_t request, const char *hash,
	const char *password);
void outbox_lookup(
	struct outbox *outbox, uint64_t session, uint64_t request, const struct address *address);

/* Fields as in log_entry(); a NULL value leaves its field out. Values are copied, names are
 * literals. */
void outbox_log_fields(struct outbox *outbox, enum logbook entry, const char *const *fields);
#define outbox_log(outbox, entry, ...)                                                             \
	outbox_log_fields(                                                                         \
		(outbox), (entry), (const char *const[]){ __VA_ARGS__ __VA_OPT__(, ) NULL })

/* Two outboxes have the same if they send the same bytes to the same sessions and do the same
 * kinds of things to them, all in the same order; else they differ, except by chance. What else an
 * effect holds (limits, requests, the log's fields) does not count. Cheap. */
uint64_t outbox_fingerprint(const struct outbox *outbox);

/* Every effect, one after the other, in words and bytes: what --replay prints and tests
 * compare. */
void outbox_describe(const struct outbox *outbox, struct buffer *out);
