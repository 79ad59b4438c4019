/* An answer that may be too long to be sent at once: the request, and the progress of the answer.
 * The cursors of a session are a queue. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/pack.h"

struct world;

/* Saved in snapshots: a number never changes its meaning. */
enum answer_kind {
	ANSWER_KIND_LIST = 1,  /* channels */
	ANSWER_KIND_NAMES,     /* members of the channels in a list */
	ANSWER_KIND_WHO,       /* users */
	ANSWER_KIND_MEMBERS,   /* WHO for the members of one channel */
	ANSWER_KIND_WHOIS,     /* details of the users in a list */
	ANSWER_KIND_BANS,      /* of the server */
	ANSWER_KIND_MONITORED, /* nicknames, and which of them are online */
	ANSWER_KIND_METADATA,  /* of users and channels, for a subscriber */
	ANSWER_KIND_EXPORT,    /* what an account wrote, from the history */
	ANSWER_KIND_REPLAY,    /* history that is sent unasked; see session_add_answer() */
	ANSWER_KIND_FILTERS,   /* of the server */
	ANSWER_KIND_REPORTS,   /* of users */
	ANSWER_KINDS,	       /* the largest kind + 1 */
};

struct answer_cursor {
	struct answer_cursor *next; /* the next in the queue */
	char *text;		    /* the first parameter of the request, or its default */
	char *options;		    /* its second parameter; NULL: none */
	uint64_t asked_wall_ms;
	uint64_t until;	  /* objects with higher numbers, which are newer, are left out */
	uint64_t batch;	  /* the open batch; 0: none */
	uint64_t number;  /* of the user, channel or member where the walk continues */
	uint32_t item;	  /* index of the name in the text where it continues */
	uint32_t n_shown; /* counted towards a limit */
	uint8_t kind;	  /* enum answer_kind */
};

/* The texts are copied; options may be NULL. */
struct answer_cursor *answer_cursor_new(
	const struct world *world, enum answer_kind kind, const char *text, const char *options);
void answer_cursor_free(struct answer_cursor *cursor); /* NULL is allowed */

void answer_cursor_move(struct answer_cursor *cursor, uint64_t number);
void answer_cursor_next_item(struct answer_cursor *cursor); /* starts at its beginning */
void answer_cursor_set_until(struct answer_cursor *cursor, uint64_t until);
void answer_cursor_set_batch(struct answer_cursor *cursor, uint64_t batch);
void answer_cursor_count_shown(struct answer_cursor *cursor);

void answer_cursor_save(struct buffer *out, uint16_t id, const struct answer_cursor *cursor);
struct answer_cursor *answer_cursor_load(struct pack record); /* NULL: invalid */
