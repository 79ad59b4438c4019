/* Questions about what was said, and their answers. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/pack.h"
#include "proto/history_row.h"

enum history_query_kind {
	HISTORY_QUERY_LAST = 1, /* the newest rows between the bounds */
	HISTORY_QUERY_FIRST,	/* the oldest */
	HISTORY_QUERY_AROUND,	/* half of them before `after`, the rest from there on */
	HISTORY_QUERY_TARGETS,	/* the newest message of each place and of each conversation of the
				   owner, if it is between the bounds; the newest of these */
	HISTORY_QUERY_SEARCH,	/* the newest messages with all words */
	HISTORY_QUERY_AUTHOR,	/* the next rows of an author, of all conversations; some of the
				   rows are looked at, and the answer says how many */
	HISTORY_QUERY_PRESENT,	/* how many of the rows of HISTORY_REQUEST_IMPORT in `words` are
				   there; limit: of the place's messages so many are kept */
};
#define HISTORY_QUERIES (HISTORY_QUERY_PRESENT + 1)

/* A conversation, whose rows from an id on may be seen. */
struct history_place {
	int64_t target;
	uint64_t since;
	struct piece name; /* for the answer */
	bool is_in_memory; /* not on the disk; the query has this instead */
};

#define HISTORY_MOST_PLACES 1024

struct history_query {
	enum history_query_kind kind;
	uint64_t after;	 /* only higher ids */
	uint64_t before; /* only lower ids; 0: all */
	uint64_t except; /* no rows that were heard with this id; 0: none */
	uint32_t limit;
	uint32_t most_bytes;  /* about so long an answer, but at least one row; 0: any length */
	bool has_events;      /* also rows that are no messages; they count, too */
	uint32_t hidden;      /* bits of verbs whose rows are left out and do not count */
	bool is_forward;      /* TARGETS: the oldest of them */
	bool has_disk;	      /* some places are there; not set: see has_memory */
	bool has_memory;      /* some places are in memory */
	bool has_context;     /* LAST, AROUND: also what refers to a message from behind the last */
	uint64_t owner;	      /* an account, for its conversations; 0: none */
	uint64_t author;      /* AUTHOR: the account */
	struct piece words;   /* with spaces between them */
	struct piece from;    /* SEARCH: only of this nick, of any if it is empty */
	struct buffer places; /* see history_query_add_place() */
};

void history_query_done(struct history_query *query);
void history_query_add_place(struct history_query *query, const struct history_place *place);
/* Load the next place. False: there is none, or the query is malformed. */
bool history_query_next_place(struct pack *places, struct history_place *ret_place);
struct pack history_query_places(const struct history_query *query);

void history_query_save(struct buffer *out, const struct history_query *query);
/* The pieces point into the bytes; the places are a copy. False: malformed. */
bool history_query_load(const void *bytes, size_t length, struct history_query *ret_query);

/* What an answer has so far. */
struct history_room {
	size_t n_rows;
	size_t n_bytes;
};

/* Add a row that is shown with so many bytes. False: the query wants no more. */
bool history_room_takes(
	struct history_room *room, const struct history_query *query, size_t n_shown_bytes);

/* An answer is these records: rows in order of their ids, and at most one each of the others. */
enum history_answer_record {
	HISTORY_ANSWER_ROW = 1,
	HISTORY_ANSWER_MORE,	/* there are more rows between the bounds */
	HISTORY_ANSWER_PARTIAL, /* the time was up before all were found */
	/* Rows behind all others, which may refer to one of them. */
	HISTORY_ANSWER_CONTEXT = 5,
	HISTORY_ANSWER_LOOKED = 4, /* to AUTHOR: the id up to which rows were looked at */
	/* To PRESENT: the id of the first message that is kept, or 0; how many of the rows are
	 * older, and how many of the others are there. */
	HISTORY_ANSWER_PRESENT = 6,
	HISTORY_ANSWER_KEPT,
	HISTORY_ANSWER_TOO_OLD,
};
