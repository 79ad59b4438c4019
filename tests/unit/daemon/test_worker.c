#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "daemon/worker.h"

#define MOST_JOBS 3

struct bench {
	struct loop *loop;
	struct worker *worker;
	uint64_t done[16];
	unsigned int n_done;
};

static void on_done(void *data, const struct job *job)
{
	struct bench *bench = data;

	assert_int_equal(job->status, job->request * 10);
	bench->done[bench->n_done++] = job->request;
}

static void multiply(struct job *job)
{
	job->status = job->request * 10;
}

/* A job that runs until the gate is opened. */
struct gate {
	sem_t begun;
	sem_t opened;
	sem_t passed;
};

/* The job's hash points to the gate. */
static void wait_at_gate(struct job *job)
{
	struct gate *gate;

	memcpy(&gate, job->hash, sizeof(gate));
	sem_post(&gate->begun);
	while (sem_wait(&gate->opened) < 0)
		;
	multiply(job);
	sem_post(&gate->passed);
}

static int set_up(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	*state = bench;
	return loop_new(&bench->loop) ||
	       worker_new(bench->loop, MOST_JOBS, on_done, bench, &bench->worker);
}

static int tear_down(void **state)
{
	struct bench *bench = *state;

	worker_free(bench->worker);
	loop_free(bench->loop);
	free(bench);
	return 0;
}

/* The thread waits at the gate, so later jobs stay in the queue. */
static void add_gate(struct bench *bench, struct gate *gate, uint64_t session)
{
	struct job *job = job_new(wait_at_gate, session, session);

	sem_init(&gate->begun, 0, 0);
	sem_init(&gate->opened, 0, 0);
	sem_init(&gate->passed, 0, 0);
	job->hash = mem_copy(&gate, sizeof(gate));
	assert_true(worker_add(bench->worker, job));
	while (sem_wait(&gate->begun) < 0)
		;
}

static void open_gate(struct gate *gate)
{
	sem_post(&gate->opened);
	while (sem_wait(&gate->passed) < 0)
		;
}

static bool add(struct bench *bench, uint64_t number)
{
	return worker_add(bench->worker, job_new(multiply, number, number));
}

static void turn_until(struct bench *bench, unsigned int n_done)
{
	while (bench->n_done < n_done)
		assert_int_equal(loop_turn(bench->loop, UINT64_MAX), 0);
}

static void jobs_are_done_in_their_order(void **state)
{
	struct bench *bench = *state;

	for (uint64_t i = 1; i <= 3; i++)
		assert_true(worker_add(bench->worker, job_new(multiply, 1, i)));
	turn_until(bench, 3);
	for (uint64_t i = 1; i <= 3; i++)
		assert_int_equal(bench->done[i - 1], i);
}

static void one_job_too_many_is_refused(void **state)
{
	struct bench *bench = *state;
	struct gate gate;

	add_gate(bench, &gate, 1);
	for (uint64_t i = 2; i <= 1 + MOST_JOBS; i++)
		assert_true(add(bench, i));
	assert_false(add(bench, 8));
	assert_false(add(bench, 8));
	open_gate(&gate);
	turn_until(bench, 1 + MOST_JOBS);
	for (uint64_t i = 1; i <= 1 + MOST_JOBS; i++)
		assert_int_equal(bench->done[i - 1], i);
}

static void after_a_refusal_what_is_done_makes_room(void **state)
{
	struct bench *bench = *state;
	struct gate first, second;

	add_gate(bench, &first, 1);
	for (uint64_t i = 2; i <= 1 + MOST_JOBS; i++)
		assert_true(add(bench, i));
	assert_false(add(bench, 8));
	open_gate(&first);
	turn_until(bench, 1 + MOST_JOBS);
	add_gate(bench, &second, 9);
	for (uint64_t i = 10; i < 10 + MOST_JOBS; i++)
		assert_true(add(bench, i));
	assert_false(add(bench, 8));
	open_gate(&second);
	turn_until(bench, 2 + 2 * MOST_JOBS);
	assert_int_equal(bench->done[1 + MOST_JOBS], 9);
}

static void forgotten_jobs_are_not_done(void **state)
{
	struct bench *bench = *state;
	struct gate gate;

	add_gate(bench, &gate, 1);
	assert_true(add(bench, 2));
	worker_forget(bench->worker, 2);
	assert_true(add(bench, 3));
	open_gate(&gate);
	turn_until(bench, 2);
	assert_int_equal(bench->done[0], 1);
	assert_int_equal(bench->done[1], 3);
}

static void forgotten_jobs_make_room(void **state)
{
	struct bench *bench = *state;
	struct gate gate;

	add_gate(bench, &gate, 1);
	assert_true(add(bench, 2));
	assert_true(add(bench, 3));
	assert_true(add(bench, 2));
	assert_false(add(bench, 4));
	worker_forget(bench->worker, 2);
	assert_true(add(bench, 5));
	assert_true(add(bench, 6));
	assert_false(add(bench, 7));
	worker_forget(bench->worker, 99); /* a session without jobs */
	assert_false(add(bench, 7));
	open_gate(&gate);
	turn_until(bench, 4);
	assert_int_equal(bench->done[1], 3);
	assert_int_equal(bench->done[2], 5);
	assert_int_equal(bench->done[3], 6);
}

/* The last thread frees what both use; the sanitizer would find leaks. */
static void a_stop_does_not_wait_for_a_job(void **state)
{
	struct bench *bench = *state;
	struct gate gate;

	add_gate(bench, &gate, 1);
	assert_true(add(bench, 2));
	worker_free(bench->worker);
	bench->worker = NULL;
	open_gate(&gate);
	assert_int_equal(bench->n_done, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(jobs_are_done_in_their_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(one_job_too_many_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			after_a_refusal_what_is_done_makes_room, set_up, tear_down),
		cmocka_unit_test_setup_teardown(forgotten_jobs_are_not_done, set_up, tear_down),
		cmocka_unit_test_setup_teardown(forgotten_jobs_make_room, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_stop_does_not_wait_for_a_job, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
