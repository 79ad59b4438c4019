/* What was said, as the world records it and the store keeps it: rows, and requests to change them.
 *
 * The column `rest` is the world's own: pack fields that nothing searches for, which it may add to
 * without a migration. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/pack.h"

/* Saved in the database. */
enum history_verb {
	HISTORY_VERB_PRIVMSG = 1,
	HISTORY_VERB_NOTICE,
	HISTORY_VERB_TAGMSG,
	HISTORY_VERB_JOIN,
	HISTORY_VERB_PART,
	HISTORY_VERB_QUIT,
	HISTORY_VERB_NICK,
	HISTORY_VERB_KICK,
	HISTORY_VERB_TOPIC,
	HISTORY_VERB_MODE,
	HISTORY_VERB_RENAME,
};
#define HISTORY_VERBS (HISTORY_VERB_RENAME + 1)
/* Verbs up to this one are messages with a text; clients may know no others. */
#define HISTORY_LAST_MESSAGE_VERB HISTORY_VERB_NOTICE

/* Bits of an id below its time in milliseconds. */
#define HISTORY_COUNTER_BITS 20

/* Borrowed bytes without a NUL. Length 0: none. */
struct piece {
	const char *bytes;
	size_t length;
};

struct piece piece_of(const char *text); /* NULL is allowed */

struct history_row {
	uint64_t id;	     /* unique, sorted by time; below 2^63 */
	uint64_t birth;	     /* of the world that drew the id */
	int64_t target;	     /* the conversation, which is one life of a channel, or one of users */
	uint64_t heard;	     /* the id that clients were sent, if it is another one; 0: it is not */
	uint32_t verb;	     /* enum history_verb */
	uint64_t author;     /* the id of an account; 0: none */
	struct piece source; /* nick!user@host */
	struct piece account;
	struct piece text; /* lines of one message are joined by LF; CR: nothing is between them */
	struct piece rest;
	struct piece name; /* only in answers: the target, as the question called it */
};

/* As a record; the pieces of a loaded row point into it. False: malformed. */
void history_row_save(struct buffer *out, uint16_t id, const struct history_row *row);
bool history_row_load(struct pack record, struct history_row *ret_row);
/* About so many bytes a client is sent for a row with a record of that length. */
size_t history_row_shown_bytes(const struct history_row *row, size_t record);

/* Each may be repeated after a crash: together, in their order, the same requests have the same
 * effect again. The value is the id of the record. */
enum history_request_kind {
	HISTORY_REQUEST_ADD = 1, /* row, owners */
	HISTORY_REQUEST_REMOVE,	 /* row.id: one row */
	HISTORY_REQUEST_EDIT,	 /* row.id, row.text: its text is this now */
	HISTORY_REQUEST_ERASE,	 /* row.target: all rows */
	HISTORY_REQUEST_TRIM,	 /* row.target, number: rows with lower ids */
	/* row.target, number: what is older than so many messages, and all events but so many */
	HISTORY_REQUEST_KEEP,
	HISTORY_REQUEST_EXPIRE, /* number: all rows with lower ids */
	/* number, row.id: what the account wrote up to that id, and its conversations up to there
	 */
	HISTORY_REQUEST_FORGET,
	HISTORY_REQUEST_EXPIRE_PRIVATE, /* number: as EXPIRE, but only those of users */
	/* The parts of KEEP and TRIM that are about events. */
	HISTORY_REQUEST_KEEP_EVENTS,
	HISTORY_REQUEST_TRIM_EVENTS,
	/* A row of another program's log, unless more than `number` rows that say the same are
	 * there in its second. If the id is taken, the row gets the next one that is not. */
	HISTORY_REQUEST_IMPORT,
};
#define HISTORY_REQUESTS (HISTORY_REQUEST_IMPORT + 1)

/* An account that has a row of a conversation between users, and whom it has it with. */
struct history_owner {
	uint64_t account; /* 0: none */
	struct piece name;
};

struct history_request {
	enum history_request_kind kind;
	struct history_row row;
	struct history_owner owners[2];
	uint64_t number;
	bool is_in_memory; /* ADD: where the row goes; other requests are for both places */
};

void history_request_save(struct buffer *out, const struct history_request *request);
/* Does the first of these requests remove what a user wants to be gone? Where not all can wait, it
 * waits rather than messages. */
bool history_request_is_removal(const void *bytes, size_t length);
/* False: malformed, or of a kind that a later release added. */
bool history_request_load(const struct pack_field *field, struct history_request *ret_request);
