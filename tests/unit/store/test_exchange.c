/* Queues, limits and groups, without a thread. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <poll.h>

#include "store/exchange.h"
#include "store/thread.h"

#define GATHER_MS 30

static int set_up(void **state)
{
	struct exchange_limits limits = {
		.most_requests = 5, .most_bytes = 100, .most_group = 3, .gather_ms = GATHER_MS
	};
	struct exchange *exchange;

	assert_int_equal(exchange_new(&limits, &exchange), 0);
	*state = exchange;
	return 0;
}

static int tear_down(void **state)
{
	exchange_free(*state);
	return 0;
}

static bool put_bytes(struct exchange *exchange, uint64_t number, size_t length)
{
	struct store_key key = { 1, number };
	struct store_row row = { .bytes = "", .length = 0 };
	struct submission *submission;
	char bytes[200] = { 0 };

	row.bytes = bytes;
	row.length = length;
	submission = submission_new(&key, &row, 1);
	if (exchange_put(exchange, submission))
		return true;
	submission_free(submission);
	return false;
}

static size_t count_group(struct list *group)
{
	struct submission *submission;
	size_t n = 0;

	LIST_EACH (submission, group, in_queue)
		n++;
	return n;
}

static bool is_readable(struct exchange *exchange)
{
	struct pollfd waiting = { .fd = exchange_fd(exchange), .events = POLLIN };

	return poll(&waiting, 1, 0) == 1;
}

static void requests_are_grouped_up_to_a_limit(void **state)
{
	struct exchange *exchange = *state;
	struct list group;

	list_init(&group);
	for (uint64_t i = 0; i < 5; i++)
		assert_true(put_bytes(exchange, i, 1));
	assert_true(exchange_wait(exchange, UINT64_MAX, &group));
	assert_int_equal(count_group(&group), 3);
	assert_false(exchange_is_idle(exchange));
	assert_false(is_readable(exchange));
	exchange_answer(exchange, &group);
	assert_true(is_readable(exchange));
	assert_true(list_is_empty(&group));
	assert_true(exchange_wait(exchange, UINT64_MAX, &group));
	assert_int_equal(count_group(&group), 2);
	assert_true(exchange_is_idle(exchange));
	submissions_free(&group);
}

static void a_group_begins_soon_after_its_first_request(void **state)
{
	struct exchange *exchange = *state;
	uint64_t began_ms = thread_now_ms();
	struct list group;

	list_init(&group);
	assert_true(put_bytes(exchange, 1, 1));
	assert_true(exchange_wait(exchange, UINT64_MAX, &group));
	assert_in_range(thread_now_ms() - began_ms, GATHER_MS, 5000);
	assert_int_equal(count_group(&group), 1);
	submissions_free(&group);
}

static void the_writer_wakes_at_its_time(void **state)
{
	struct exchange *exchange = *state;
	uint64_t began_ms = thread_now_ms();
	struct list group;

	list_init(&group);
	assert_true(exchange_wait(exchange, began_ms + 20, &group));
	assert_in_range(thread_now_ms() - began_ms, 20, 5000);
	assert_true(list_is_empty(&group));
	assert_true(exchange_wait(exchange, 0, &group));
}

static void requests_count_until_their_answers_are_taken(void **state)
{
	struct exchange *exchange = *state;
	struct list group;

	list_init(&group);
	for (uint64_t i = 0; i < 5; i++)
		assert_true(put_bytes(exchange, i, 1));
	assert_false(put_bytes(exchange, 5, 1));
	assert_true(exchange_wait(exchange, UINT64_MAX, &group));
	assert_false(put_bytes(exchange, 5, 1));
	exchange_answer(exchange, &group);
	assert_false(put_bytes(exchange, 5, 1));
	submission_free(exchange_take_answer(exchange));
	assert_true(put_bytes(exchange, 5, 1));
	assert_false(put_bytes(exchange, 6, 1));
}

static void bytes_are_limited_except_for_a_single_request(void **state)
{
	struct exchange *exchange = *state;
	struct list group;

	list_init(&group);
	assert_true(put_bytes(exchange, 1, 200));
	assert_false(put_bytes(exchange, 2, 1));
	assert_true(exchange_wait(exchange, UINT64_MAX, &group));
	exchange_answer(exchange, &group);
	submission_free(exchange_take_answer(exchange));
	assert_null(exchange_take_answer(exchange));
	assert_true(put_bytes(exchange, 2, 60));
	assert_true(put_bytes(exchange, 3, 40));
	assert_false(put_bytes(exchange, 4, 1));
}

static void a_stop_comes_after_the_last_request(void **state)
{
	struct exchange *exchange = *state;
	struct list group;

	list_init(&group);
	for (uint64_t i = 0; i < 4; i++)
		assert_true(put_bytes(exchange, i, 1));
	exchange_stop(exchange);
	assert_false(put_bytes(exchange, 4, 1));
	assert_true(exchange_wait(exchange, UINT64_MAX, &group));
	submissions_free(&group);
	assert_true(exchange_wait(exchange, UINT64_MAX, &group));
	assert_int_equal(count_group(&group), 1);
	submissions_free(&group);
	assert_false(exchange_wait(exchange, UINT64_MAX, &group));
}

static void a_fault_is_news_once(void **state)
{
	struct exchange *exchange = *state;
	struct store_problem full = { STORE_FAULT_FULL, "full" }, none = { 0 }, problem;

	assert_false(exchange_take_fault(exchange, &problem));
	exchange_set_fault(exchange, &full);
	exchange_set_fault(exchange, &full);
	assert_true(is_readable(exchange));
	exchange_clear_fd(exchange);
	assert_false(is_readable(exchange));
	assert_true(exchange_take_fault(exchange, &problem));
	assert_int_equal(problem.fault, STORE_FAULT_FULL);
	assert_string_equal(problem.text, "full");
	exchange_set_fault(exchange, &full);
	assert_false(exchange_take_fault(exchange, &problem));
	exchange_set_fault(exchange, &none);
	assert_true(exchange_take_fault(exchange, &problem));
	assert_int_equal(problem.fault, STORE_FAULT_NONE);
}

static void one_backup_is_made_at_a_time(void **state)
{
	struct exchange *exchange = *state;
	struct store_problem done = { 0 }, problem;
	char *path;

	assert_null(exchange_begin_backup(exchange));
	assert_true(exchange_ask_backup(exchange, "here"));
	assert_false(exchange_ask_backup(exchange, "there"));
	path = exchange_begin_backup(exchange);
	assert_string_equal(path, "here");
	free(path);
	assert_null(exchange_begin_backup(exchange));
	assert_false(exchange_take_backup(exchange, &problem));
	exchange_end_backup(exchange, &done);
	assert_false(exchange_ask_backup(exchange, "there"));
	assert_true(exchange_take_backup(exchange, &problem));
	assert_false(exchange_take_backup(exchange, &problem));
	assert_true(exchange_ask_backup(exchange, "there"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(requests_are_grouped_up_to_a_limit),
		TEST(a_group_begins_soon_after_its_first_request),
		TEST(the_writer_wakes_at_its_time),
		TEST(requests_count_until_their_answers_are_taken),
		TEST(bytes_are_limited_except_for_a_single_request),
		TEST(a_stop_comes_after_the_last_request),
		TEST(a_fault_is_news_once),
		TEST(one_backup_is_made_at_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
