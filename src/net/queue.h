/* The lines that wait to be sent to one client: references, never copies. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/line.h"

struct queue_chunk;

/* Free chunks, so that steady traffic allocates nothing. All zero is an empty pool. */
struct queue_pool {
	struct queue_chunk *free;
	size_t count;
};

/* All zero is an empty queue. A queue of one line needs no other memory. */
struct queue {
	struct line *first;
	struct queue_chunk *head; /* the lines after the first */
	struct queue_chunk *tail;
	uint32_t bytes;		/* total, without sent bytes */
	uint32_t sent : 24;	/* sent bytes of the first line */
	uint32_t head_from : 4; /* index of the first line in the head */
	uint32_t tail_to : 4;	/* index behind the last line in the tail */
};

void queue_pool_done(struct queue_pool *pool);

void queue_add(struct queue *queue, struct queue_pool *pool,
	struct line *line); /* takes its own reference */
/* The unsent bytes from the start of the queue, and their number: a single line in place, or
 * several copied together. */
const char *queue_look(const struct queue *queue, char *copy, size_t max_bytes, size_t *ret_length);
void queue_drop(struct queue *queue, struct queue_pool *pool, size_t bytes); /* they were sent */
/* Drop everything beyond that many bytes. */
void queue_cut(struct queue *queue, struct queue_pool *pool, size_t bytes);
void queue_clear(struct queue *queue, struct queue_pool *pool);

/* The unsent bytes of a partly sent first line; 0 if no part of it was sent. */
size_t queue_begun(const struct queue *queue);
/* The bytes of all lines, including sent ones of the first. */
void queue_save(const struct queue *queue, struct buffer *out);
