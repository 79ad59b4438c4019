/* The lines that wait to be sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "net/queue.h"

#define LINES 100
#define BYTES (7 * 300) /* more than all lines have */

static void add_text(struct queue *queue, struct queue_pool *pool, const char *text)
{
	struct line *line = line_new(text, strlen(text));

	queue_add(queue, pool, line);
	line_unref(line);
}

/* Also checks buffers that are smaller than the text. */
static void assert_waits(const struct queue *queue, const char *text)
{
	char copy[BYTES];

	assert_int_equal(queue->bytes, strlen(text));
	for (size_t max = 0; max <= BYTES; max += 7) {
		size_t wanted = max < queue->bytes ? max : queue->bytes, length;
		const char *bytes = queue_look(queue, copy, max, &length);

		assert_int_equal(length, wanted);
		assert_memory_equal(bytes, text, wanted);
	}
}

static void lines_keep_their_order(void **state)
{
	CLEANUP(queue_pool_done) struct queue_pool pool = { 0 };
	CLEANUP(buffer_done) struct buffer expected = { 0 };
	struct queue queue = { 0 };

	(void) state;
	for (int i = 0; i < LINES; i++) {
		char text[16];

		snprintf(text, sizeof(text), "line %d\r\n", i);
		add_text(&queue, &pool, text);
		buffer_put_text(&expected, text);
	}
	assert_waits(&queue, expected.bytes);
	queue_clear(&queue, &pool);
	assert_waits(&queue, "");
}

/* Whatever amounts the kernel accepts, the rest stays in the queue. */
static void what_has_gone_out_is_dropped(void **state)
{
	CLEANUP(queue_pool_done) struct queue_pool pool = { 0 };
	CLEANUP(buffer_done) struct buffer expected = { 0 };
	struct queue queue = { 0 };
	size_t step = 1, n_added = 0;

	(void) state;
	while (n_added < LINES || queue.first) {
		for (int i = 0; i < 3 && n_added < LINES; i++, n_added++) {
			add_text(&queue, &pool, "0123456789");
			buffer_put_text(&expected, "0123456789");
		}
		step = step % 29 + 1;
		if (step > queue.bytes)
			step = queue.bytes;
		queue_drop(&queue, &pool, step);
		buffer_drop(&expected, step);
		assert_waits(&queue, expected.bytes);
	}
	assert_null(queue.head);
	assert_null(queue.tail);
}

static void a_line_is_shared_not_copied(void **state)
{
	CLEANUP(queue_pool_done) struct queue_pool pool = { 0 };
	struct queue queues[3] = { 0 };
	struct line *line = line_new("hi\r\n", 4);

	(void) state;
	for (int i = 0; i < 3; i++)
		queue_add(&queues[i], &pool, line);
	assert_int_equal(line->refs, 4);
	assert_ptr_equal(queues[2].first, line);
	for (int i = 0; i < 3; i++)
		queue_drop(&queues[i], &pool, 4);
	assert_int_equal(line->refs, 1);
	line_unref(line);
}

static void one_line_needs_no_memory(void **state)
{
	CLEANUP(queue_pool_done) struct queue_pool pool = { 0 };
	struct queue queue = { 0 };

	(void) state;
	add_text(&queue, &pool, "hi\r\n");
	assert_null(queue.head);
	queue_clear(&queue, &pool);
	assert_int_equal(pool.count, 0);
}

static void chunks_are_used_again(void **state)
{
	CLEANUP(queue_pool_done) struct queue_pool pool = { 0 };
	struct queue queue = { 0 };
	const struct queue_chunk *chunk;

	(void) state;
	add_text(&queue, &pool, "a");
	add_text(&queue, &pool, "b");
	chunk = queue.head;
	queue_drop(&queue, &pool, 2);
	assert_int_equal(pool.count, 1);
	add_text(&queue, &pool, "c");
	add_text(&queue, &pool, "d");
	assert_ptr_equal(queue.head, chunk);
	assert_waits(&queue, "cd");
	queue_clear(&queue, &pool);
}

static void a_line_begun_stays_when_the_rest_is_cleared(void **state)
{
	CLEANUP(queue_pool_done) struct queue_pool pool = { 0 };
	struct queue queue = { 0 };

	(void) state;
	add_text(&queue, &pool, "first");
	add_text(&queue, &pool, "second");
	queue_drop(&queue, &pool, 2);
	queue_cut(&queue, &pool, queue_begun(&queue));
	assert_waits(&queue, "rst");
	add_text(&queue, &pool, "last");
	assert_waits(&queue, "rstlast");
	queue_clear(&queue, &pool);
	add_text(&queue, &pool, "whole");
	queue_cut(&queue, &pool, queue_begun(&queue));
	assert_waits(&queue, "");
}

static void a_cut_keeps_what_is_before_it(void **state)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 };
	struct queue_pool pool = { 0 };
	struct queue queue = { 0 };

	(void) state;
	for (int i = 0; i < 20; i++)
		add_text(&queue, &pool, "line\n");
	queue_drop(&queue, &pool, 2);
	queue_cut(&queue, &pool, 50);
	assert_int_equal(queue.bytes, 50);
	queue_cut(&queue, &pool, 10);
	assert_waits(&queue, "ne\nline\nli");
	queue_save(&queue, &saved);
	assert_string_equal(buffer_text(&saved), "line\nline\nli");
	queue_cut(&queue, &pool, 0);
	assert_waits(&queue, "");
	queue_pool_done(&pool);
}

/* For any number of chunks: one line more or less at each limit. */
static void every_line_is_let_go(void **state)
{
	CLEANUP(queue_pool_done) struct queue_pool pool = { 0 };
	struct line *line = line_new("line\n", 5);

	(void) state;
	for (unsigned int n_lines = 0; n_lines < 50; n_lines++) {
		for (unsigned int n_gone = 0; n_gone <= n_lines; n_gone++) {
			struct queue queue = { 0 };

			for (unsigned int i = 0; i < n_lines; i++)
				queue_add(&queue, &pool, line);
			assert_int_equal(line->refs, 1 + n_lines);
			queue_drop(&queue, &pool, (size_t) 5 * n_gone);
			assert_int_equal(line->refs, 1 + n_lines - n_gone);
			assert_int_equal(queue.bytes, 5 * (n_lines - n_gone));
			if (n_gone % 2)
				queue_cut(&queue, &pool, 0);
			else
				queue_clear(&queue, &pool);
			assert_int_equal(line->refs, 1);
			assert_null(queue.head);
		}
	}
	assert_int_equal(pool.count, 4); /* for 48 lines, as one is outside of chunks */
	line_unref(line);
}

static void a_cut_counts_what_has_gone_out(void **state)
{
	CLEANUP(queue_pool_done) struct queue_pool pool = { 0 };

	(void) state;
	for (size_t n_gone = 0; n_gone < 12; n_gone++) {
		for (size_t n_kept = 0; n_kept <= 12 - n_gone; n_kept++) {
			struct queue queue = { 0 };
			char expected[13] = "";

			for (int i = 0; i < 3; i++)
				add_text(&queue, &pool, "abcd");
			queue_drop(&queue, &pool, n_gone);
			queue_cut(&queue, &pool, n_kept);
			memcpy(expected, &"abcdabcdabcd"[n_gone], n_kept);
			assert_waits(&queue, expected);
			queue_clear(&queue, &pool);
		}
	}
}

static void an_empty_line_is_none(void **state)
{
	CLEANUP(queue_pool_done) struct queue_pool pool = { 0 };
	struct queue queue = { 0 };

	(void) state;
	add_text(&queue, &pool, "");
	assert_null(queue.first);
	add_text(&queue, &pool, "one");
	add_text(&queue, &pool, "");
	assert_null(queue.head);
	assert_waits(&queue, "one");
	queue_clear(&queue, &pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_keep_their_order),
		cmocka_unit_test(what_has_gone_out_is_dropped),
		cmocka_unit_test(a_line_is_shared_not_copied),
		cmocka_unit_test(one_line_needs_no_memory),
		cmocka_unit_test(chunks_are_used_again),
		cmocka_unit_test(a_line_begun_stays_when_the_rest_is_cleared),
		cmocka_unit_test(a_cut_keeps_what_is_before_it),
		cmocka_unit_test(every_line_is_let_go),
		cmocka_unit_test(a_cut_counts_what_has_gone_out),
		cmocka_unit_test(an_empty_line_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
