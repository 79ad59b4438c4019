/* The lines that wait to go out to one client: references, never copies. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/line.h"

struct queue_chunk;

/* Chunks in stock, so that steady traffic allocates nothing. All zero is an empty pool. */
struct queue_pool {
	struct queue_chunk *free;
	size_t count;
};

/* All zero is an empty queue. A queue of one line needs no memory but this. */
struct queue {
	struct line *first;
	struct queue_chunk *head; /* the lines after the first */
	struct queue_chunk *tail;
	uint32_t bytes;		/* in all, without what has gone out */
	uint32_t sent : 24;	/* bytes of the first line that have gone out */
	uint32_t head_from : 4; /* of the head, lines before this are gone */
	uint32_t tail_to : 4;	/* of the tail, lines from here on are not there yet */
};

void queue_pool_done(struct queue_pool *pool);

void queue_add(struct queue *queue, struct queue_pool *pool, struct line *line); /* takes a ref */
/* What waits, from the first byte that has not gone out, and how much of it: a line where it is,
 * or several, copied together. */
const char *queue_look(const struct queue *queue, char *copy, size_t max_bytes, size_t *ret_length);
void queue_drop(struct queue *queue, struct queue_pool *pool, size_t bytes); /* they went out */
/* Drop what is beyond that many bytes. */
void queue_cut(struct queue *queue, struct queue_pool *pool, size_t bytes);
void queue_clear(struct queue *queue, struct queue_pool *pool);

/* How much is left of the first line, if a part of it has gone out. */
size_t queue_begun(const struct queue *queue);
/* The bytes of all lines, also those of the first one that have gone out. */
void queue_save(const struct queue *queue, struct buffer *out);
