/* Owns the lists of waiting lines; knows no sockets. */
#include "net/queue.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define CHUNK_LINES 15

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
	chunk->next = pool->free;
	pool->free = chunk;
	pool->count++;
}

void queue_pool_done(struct queue_pool *pool)
{
	while (pool->free)
		free(take_chunk(pool));
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
	assert(line->length < 1u << 24);
	queue->bytes += line->length;
	if (!queue->first) {
		queue->first = line_ref(line);
		return;
	}
	if (!queue->tail || queue->tail_to == CHUNK_LINES)
		add_chunk(queue, pool);
	queue->tail->lines[queue->tail_to++] = line_ref(line);
}

/* A position in the lines after the first. */
struct cursor {
	const struct queue_chunk *chunk;
	unsigned int at;
};

static struct line *next_queued_line(const struct queue *queue, struct cursor *cursor)
{
	while (cursor->chunk) {
		unsigned int end = cursor->chunk == queue->tail ? queue->tail_to : CHUNK_LINES;

		if (cursor->at < end)
			return cursor->chunk->lines[cursor->at++];
		*cursor = (struct cursor){ cursor->chunk->next, 0 };
	}
	return NULL;
}

static size_t copy_lines(const struct queue *queue, char *bytes, size_t max_bytes)
{
	struct cursor cursor = { queue->head, queue->head_from };
	const struct line *line = queue->first;
	size_t from = queue->sent, copied = 0;

	for (; line && copied < max_bytes; line = next_queued_line(queue, &cursor)) {
		size_t left = line->length - from, room = max_bytes - copied;
		size_t part = left < room ? left : room;

		memcpy(bytes + copied, line->bytes + from, part);
		copied += part;
		from = 0;
	}
	return copied;
}

const char *queue_look(const struct queue *queue, char *copy, size_t max_bytes, size_t *ret_length)
{
	if (queue->head || !queue->first) {
		*ret_length = copy_lines(queue, copy, max_bytes);
		return copy;
	}
	*ret_length = queue->bytes < max_bytes ? queue->bytes : max_bytes;
	return queue->first->bytes + queue->sent;
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

/* Drop the first line; the next takes its place. */
static void drop_first_line(struct queue *queue, struct queue_pool *pool)
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

void queue_clear(struct queue *queue, struct queue_pool *pool)
{
	struct queue_chunk *chunk = queue->head, *next;
	unsigned int from = queue->head_from;

	line_unref(queue->first);
	for (; chunk; chunk = next) {
		unsigned int end = chunk == queue->tail ? queue->tail_to : CHUNK_LINES;

		while (from < end)
			line_unref(chunk->lines[from++]);
		next = chunk->next;
		give_chunk(pool, chunk);
		from = 0;
	}
	*queue = (struct queue){ 0 };
}

void queue_drop(struct queue *queue, struct queue_pool *pool, size_t bytes)
{
	assert(bytes <= queue->bytes);
	if (bytes == queue->bytes) {
		queue_clear(queue, pool); /* mostly all was sent, and this is much faster */
		return;
	}
	while (bytes >= queue->first->length - queue->sent) {
		bytes -= queue->first->length - queue->sent;
		drop_first_line(queue, pool);
	}
	queue->sent += (uint32_t) bytes;
	queue->bytes -= (uint32_t) bytes;
}

/* The first part of a divided line becomes a line of its own. */
static void keep_part(struct queue *queue, struct queue_pool *pool, struct line *line, size_t bytes)
{
	struct line *part = bytes < line->length ? line_new(line->bytes, bytes) : line_ref(line);

	queue_add(queue, pool, part);
	line_unref(part);
}

void queue_cut(struct queue *queue, struct queue_pool *pool, size_t bytes)
{
	struct queue old = *queue;
	uint32_t sent = bytes ? queue->sent : 0;
	size_t kept = bytes + sent;

	*queue = (struct queue){ 0 };
	while (old.first) {
		size_t part = kept < old.first->length ? kept : old.first->length;

		keep_part(queue, pool, old.first, part);
		kept -= part;
		drop_first_line(&old, pool);
	}
	queue_drop(queue, pool, sent);
}

size_t queue_begun(const struct queue *queue)
{
	return queue->sent ? queue->first->length - queue->sent : 0;
}

void queue_save(const struct queue *queue, struct buffer *out)
{
	struct cursor cursor = { queue->head, queue->head_from };

	for (struct line *line = queue->first; line; line = next_queued_line(queue, &cursor))
		buffer_put(out, line->bytes, line->length);
}
