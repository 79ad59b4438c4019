/* Timers: a binary heap of deadlines whose nodes live inside the timed structs.
 * Equal deadlines come out in order of their number, so the order is deterministic. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct heap_node {
	uint64_t deadline_ms;
	uint64_t order; /* breaks ties, and outlives a restart */
	size_t index;	/* 1-based place in the heap; 0: not in it */
};

struct heap {
	struct heap_node **nodes;
	size_t count;
	size_t capacity;
};

void heap_done(struct heap *heap);
/* Add the node, or move it if it is in the heap already. */
void heap_set(struct heap *heap, struct heap_node *node, uint64_t deadline_ms);
void heap_remove(struct heap *heap, struct heap_node *node); /* harmless if not in the heap */

/* NULL when empty. */
static inline struct heap_node *heap_first(const struct heap *heap)
{
	return heap->count ? heap->nodes[0] : NULL;
}
