/* An answer that may be too long to be given at once: what was asked, and how far the answer has
 * come. A session has one after the other, first come first answered. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/pack.h"

struct world;

/* Saved in snapshots: a number never changes its meaning. */
enum answer_kind {
	ANSWER_KIND_LIST = 1,  /* channels */
	ANSWER_KIND_NAMES,     /* who is on the channels of a list */
	ANSWER_KIND_WHO,       /* users */
	ANSWER_KIND_MEMBERS,   /* the same of one channel's members */
	ANSWER_KIND_WHOIS,     /* more of the users of a list */
	ANSWER_KIND_BANS,      /* of the server */
	ANSWER_KIND_MONITORED, /* nicknames, and who of them is here */
	ANSWER_KIND_METADATA,  /* of users and channels, to who subscribes to it */
	ANSWER_KINDS,	       /* how many, and one */
};

struct answer_cursor {
	struct answer_cursor *next; /* the one that follows it */
	char *text;		    /* its first parameter, or what stands for it */
	char *options;		    /* its second; NULL: none */
	uint64_t asked_wall_ms;
	uint64_t until;	  /* what was born later, by its number, is no part of the answer */
	uint64_t batch;	  /* that has begun; 0: none */
	uint64_t number;  /* the walk goes on from here: of users, channels or members */
	uint32_t item;	  /* and here, among the names in the text */
	uint32_t n_shown; /* that counted towards a limit */
	uint8_t kind;	  /* enum answer_kind */
};

/* The texts are copied; options may be NULL. */
struct answer_cursor *answer_cursor_new(
	const struct world *world, enum answer_kind kind, const char *text, const char *options);
void answer_cursor_free(struct answer_cursor *cursor); /* NULL is fine */

void answer_cursor_move(struct answer_cursor *cursor, uint64_t number);
void answer_cursor_next_item(struct answer_cursor *cursor); /* from its beginning */
void answer_cursor_set_batch(struct answer_cursor *cursor, uint64_t batch);
void answer_cursor_count_shown(struct answer_cursor *cursor);

void answer_cursor_save(struct buffer *out, uint16_t id, const struct answer_cursor *cursor);
struct answer_cursor *answer_cursor_load(struct pack record); /* NULL: makes no sense */
