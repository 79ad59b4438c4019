/* Which question is answered next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "store/archive_queue.h"

static int set_up(void **state)
{
	struct archive_queue *queue = NULL;

	assert_int_equal(archive_queue_new(&queue), 0);
	*state = queue;
	return 0;
}

static int tear_down(void **state)
{
	archive_queue_free(*state);
	return 0;
}

static void ask(struct archive_queue *queue, uint64_t request, bool is_slow)
{
	struct question *question = mem_new(sizeof(*question));

	list_init(&question->in_queue);
	question->request = request;
	question->is_slow = is_slow;
	archive_queue_ask(queue, question);
}

static void assert_next(struct archive_queue *queue, bool is_slow, uint64_t request)
{
	struct question *question = archive_queue_next_question(queue, is_slow);

	assert_int_equal(question->request, request);
	archive_question_free(question);
}

static void questions_are_answered_in_turn(void **state)
{
	ask(*state, 1, false);
	ask(*state, 2, false);
	assert_next(*state, false, 1);
	assert_next(*state, false, 2);
}

static void no_question_waits_for_a_slow_one(void **state)
{
	ask(*state, 1, true);
	ask(*state, 2, true);
	ask(*state, 3, false);
	assert_next(*state, false, 3);
	assert_next(*state, true, 1);
	ask(*state, 4, false);
	assert_next(*state, false, 4);
	assert_next(*state, true, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(questions_are_answered_in_turn),
		TEST(no_question_waits_for_a_slow_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
