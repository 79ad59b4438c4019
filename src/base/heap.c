/* Owns the deadline heap. */
#include "base/heap.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"

void heap_done(struct heap *heap)
{
	free(heap->nodes);
	*heap = (struct heap){ 0 };
}

static bool is_before(const struct heap_node *a, const struct heap_node *b)
{
	if (a->deadline_ms != b->deadline_ms)
		return a->deadline_ms < b->deadline_ms;
	return a->order < b->order;
}

static void place_node(struct heap *heap, size_t index, struct heap_node *node)
{
	heap->nodes[index - 1] = node;
	node->index = index;
}

static void move_up(struct heap *heap, struct heap_node *node)
{
	size_t at = node->index;

	while (at > 1 && is_before(node, heap->nodes[at / 2 - 1])) {
		place_node(heap, at, heap->nodes[at / 2 - 1]);
		at /= 2;
	}
	place_node(heap, at, node);
}

static void move_down(struct heap *heap, struct heap_node *node)
{
	size_t at = node->index;

	for (;;) {
		size_t child = at * 2;

		if (child > heap->count)
			break;
		if (child < heap->count && is_before(heap->nodes[child], heap->nodes[child - 1]))
			child++;
		if (!is_before(heap->nodes[child - 1], node))
			break;
		place_node(heap, at, heap->nodes[child - 1]);
		at = child;
	}
	place_node(heap, at, node);
}

void heap_set(struct heap *heap, struct heap_node *node, uint64_t deadline_ms)
{
	node->deadline_ms = deadline_ms;
	if (!node->index) {
		if (heap->count == heap->capacity) {
			heap->capacity = heap->capacity ? heap->capacity * 2 : 16;
			heap->nodes = mem_resize(heap->nodes, heap->capacity, sizeof(*heap->nodes));
		}
		place_node(heap, ++heap->count, node);
	}
	move_up(heap, node);
	move_down(heap, node);
}

void heap_remove(struct heap *heap, struct heap_node *node)
{
	struct heap_node *last;

	if (!node->index)
		return;
	last = heap->nodes[heap->count-- - 1];
	if (last != node) {
		place_node(heap, node->index, last);
		move_up(heap, last);
		move_down(heap, last);
	}
	node->index = 0;
}
