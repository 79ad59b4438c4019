/* Owns the lists of lines that wait; knows no sockets. */
#include "net/queue.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

#define CHUNK_LINES 7
#define POOL_CHUNKS 2048

struct queue_chunk {
	struct queue_chunk *next;
	struct line *lines[CHUNK_LINES];
};

static struct queue_chunk *take_chunk(struct queue_pool *pool)
{
	struct queue_chunk *chunk = pool->free;

	if (!chunk)
		return mem_new(sizeof(*chunk));
	pool->free = chunk->next;
	pool->count--;
	chunk->next = NULL;
	return chunk;
}

static void give_chunk(struct queue_pool *pool, struct queue_chunk *chunk)
{
	if (pool->count >= POOL_CHUNKS) {
		pool->n_released++;
		free(chunk);
		return;
	}
	chunk->next = pool->free;
	pool->free = chunk;
	pool->count++;
}

void queue_pool_done(struct queue_pool *pool)
{
	while (pool->free)
		free(take_chunk(pool));
	pool->n_released = 0;
}

static void add_chunk(struct queue *queue, struct queue_pool *pool)
{
	struct queue_chunk *chunk = take_chunk(pool);

	if (queue->tail)
		queue->tail->next = chunk;
	else
		queue->head = chunk;
	queue->tail = chunk;
	queue->tail_to = 0;
}

void queue_add(struct queue *queue, struct queue_pool *pool, struct line *line)
{
	if (!line->length)
		return;
	assert(line->length < 1u << 26);
	queue->bytes += line->length;
	if (!queue->first) {
		queue->first = line_ref(line);
		return;
	}
	if (!queue->tail || queue->tail_to == CHUNK_LINES)
		add_chunk(queue, pool);
	queue->tail->lines[queue->tail_to++] = line_ref(line);
}

int queue_gather(const struct queue *queue, struct iovec *parts, int max_parts)
{
	const struct queue_chunk *chunk = queue->head;
	unsigned int at = queue->head_from;
	int n_parts = 0;

	if (!queue->first)
		return 0;
	parts[n_parts++] = (struct iovec){ queue->first->bytes + queue->sent,
		queue->first->length - queue->sent };
	while (chunk && n_parts < max_parts) {
		if (at == (chunk == queue->tail ? queue->tail_to : CHUNK_LINES)) {
			chunk = chunk->next;
			at = 0;
			continue;
		}
		parts[n_parts++] =
			(struct iovec){ chunk->lines[at]->bytes, chunk->lines[at]->length };
		at++;
	}
	return n_parts;
}

static void drop_head(struct queue *queue, struct queue_pool *pool)
{
	struct queue_chunk *head = queue->head;

	queue->head = head->next;
	queue->head_from = 0;
	if (!queue->head) {
		queue->tail = NULL;
		queue->tail_to = 0;
	}
	give_chunk(pool, head);
}

/* The first line is done with; the next one takes its place. */
static void drop_first(struct queue *queue, struct queue_pool *pool)
{
	queue->bytes -= queue->first->length - queue->sent;
	line_unref(queue->first);
	queue->first = NULL;
	queue->sent = 0;
	if (!queue->head)
		return;
	queue->first = queue->head->lines[queue->head_from++];
	if (queue->head_from == (queue->head == queue->tail ? queue->tail_to : CHUNK_LINES))
		drop_head(queue, pool);
}

void queue_drop(struct queue *queue, struct queue_pool *pool, size_t bytes)
{
	while (bytes) {
		size_t left;

		assert(queue->first);
		left = queue->first->length - queue->sent;
		if (bytes < left) {
			queue->sent += (uint32_t) bytes;
			queue->bytes -= (uint32_t) bytes;
			return;
		}
		bytes -= left;
		drop_first(queue, pool);
	}
}

void queue_clear(struct queue *queue, struct queue_pool *pool)
{
	while (queue->first)
		drop_first(queue, pool);
}

void queue_clear_unsent(struct queue *queue, struct queue_pool *pool)
{
	struct line *started = queue->sent ? line_ref(queue->first) : NULL;
	uint32_t sent = queue->sent;

	queue_clear(queue, pool);
	if (!started)
		return;
	queue->first = started;
	queue->sent = sent & 0x3ffffff;
	queue->bytes = started->length - sent;
}
