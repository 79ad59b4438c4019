/* The heap of deadlines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/heap.h"

#define NODES 500

static void an_empty_heap_has_no_first(void **state)
{
	struct heap heap = { 0 };
	struct heap_node node = { 0 };

	(void) state;
	assert_null(heap_first(&heap));
	heap_remove(&heap, &node);
	heap_done(&heap);
}

static void the_earliest_comes_first_and_ties_by_order(void **state)
{
	struct heap heap = { 0 };
	struct heap_node nodes[] = { { .order = 3 }, { .order = 1 }, { .order = 2 },
		{ .order = 9 } };

	(void) state;
	heap_set(&heap, &nodes[0], 100);
	heap_set(&heap, &nodes[1], 100);
	heap_set(&heap, &nodes[2], 100);
	heap_set(&heap, &nodes[3], 50);
	for (size_t i = 0; i < 4; i++) {
		static const uint64_t orders[] = { 9, 1, 2, 3 };

		assert_int_equal(heap_first(&heap)->order, orders[i]);
		heap_remove(&heap, heap_first(&heap));
	}
	assert_null(heap_first(&heap));
	heap_done(&heap);
}

static void setting_again_moves_both_ways(void **state)
{
	struct heap heap = { 0 };
	struct heap_node a = { .order = 1 }, b = { .order = 2 };

	(void) state;
	heap_set(&heap, &a, 10);
	heap_set(&heap, &b, 20);
	heap_set(&heap, &a, 30);
	assert_ptr_equal(heap_first(&heap), &b);
	heap_set(&heap, &a, 0);
	assert_ptr_equal(heap_first(&heap), &a);
	heap_set(&heap, &a, UINT64_MAX);
	assert_ptr_equal(heap_first(&heap), &b);
	assert_int_equal(heap.count, 2);
	heap_done(&heap);
}

static const struct heap_node *first_of(const struct heap_node *nodes)
{
	const struct heap_node *first = NULL;

	for (size_t i = 0; i < NODES; i++) {
		if (!nodes[i].index)
			continue;
		if (!first || nodes[i].deadline_ms < first->deadline_ms ||
			(nodes[i].deadline_ms == first->deadline_ms &&
				nodes[i].order < first->order))
			first = &nodes[i];
	}
	return first;
}

static void random_work_gives_what_a_plain_search_gives(void **state)
{
	static struct heap_node nodes[NODES];
	struct heap heap = { 0 };
	uint64_t dice = 11;

	(void) state;
	for (size_t i = 0; i < NODES; i++)
		nodes[i].order = i;
	for (int step = 0; step < 20000; step++) {
		struct heap_node *node = &nodes[hash_random(&dice) % NODES];

		if (hash_random(&dice) % 3)
			heap_set(&heap, node, hash_random(&dice) % 50);
		else
			heap_remove(&heap, node);
		assert_ptr_equal(heap_first(&heap), first_of(nodes));
	}
	while (heap.count) {
		assert_ptr_equal(heap_first(&heap), first_of(nodes));
		heap_remove(&heap, heap_first(&heap));
	}
	assert_null(first_of(nodes));
	heap_done(&heap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_heap_has_no_first),
		cmocka_unit_test(the_earliest_comes_first_and_ties_by_order),
		cmocka_unit_test(setting_again_moves_both_ways),
		cmocka_unit_test(random_work_gives_what_a_plain_search_gives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
