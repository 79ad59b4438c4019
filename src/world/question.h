/* A question whose answer may be too long to be given at once: what was asked, and how far
 * the answer has come. A session has one after the other, first come first answered. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/pack.h"

struct world;

/* Saved in snapshots: a number never changes its meaning. */
enum question_kind {
	QUESTION_LIST = 1,  /* channels */
	QUESTION_NAMES,	    /* who is on the channels of a list */
	QUESTION_WHO,	    /* users */
	QUESTION_MEMBERS,   /* the same of one channel's members */
	QUESTION_WHOIS,	    /* more of the users of a list */
	QUESTION_BANS,	    /* of the server */
	QUESTION_MONITORED, /* nicknames, and who of them is here */
	QUESTION_METADATA,  /* of users and channels, to who subscribes to it */
	QUESTION_KINDS,	    /* how many, and one */
};

struct question {
	struct question *next; /* the one to be answered after it */
	char *text;	       /* its first parameter, or what stands for it */
	char *options;	       /* its second; NULL: none */
	uint64_t asked_wall_ms;
	uint64_t until;	  /* what was born later, by its number, is no part of the answer */
	uint64_t batch;	  /* that has begun; 0: none */
	uint64_t number;  /* the walk goes on from here: of users, channels or members */
	uint32_t item;	  /* and here, among the names in the text */
	uint32_t n_shown; /* that counted towards a limit */
	uint8_t kind;	  /* enum question_kind */
};

/* The texts are copied; options may be NULL. */
struct question *question_new(
	const struct world *world, enum question_kind kind, const char *text, const char *options);
void question_free(struct question *question); /* NULL is fine */

void question_move(struct question *question, uint64_t number);
void question_next_item(struct question *question); /* from its beginning */
void question_set_batch(struct question *question, uint64_t batch);
void question_count_shown(struct question *question);

void question_save(struct buffer *out, uint16_t id, const struct question *question);
struct question *question_load(struct pack record); /* NULL: makes no sense */
