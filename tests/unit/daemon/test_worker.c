#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "daemon/worker.h"

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

/* Waits until somebody lets go of the gate, which the password stands for. */
static void wait_at_gate(struct job *job)
{
	pthread_mutex_t *gate;

	memcpy(&gate, job->hash, sizeof(gate));
	pthread_mutex_lock(gate);
	pthread_mutex_unlock(gate);
	multiply(job);
}

static int set_up(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	*state = bench;
	return loop_new(&bench->loop) || worker_new(bench->loop, 3, on_done, bench, &bench->worker);
}

static int tear_down(void **state)
{
	struct bench *bench = *state;

	worker_free(bench->worker);
	loop_free(bench->loop);
	free(bench);
	return 0;
}

static void add_gate(struct bench *bench, pthread_mutex_t *gate, uint64_t session)
{
	struct job *job = job_new(wait_at_gate, session, session);

	job->hash = mem_copy(&gate, sizeof(gate));
	assert_true(worker_add(bench->worker, job));
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

static void too_many_jobs_are_refused(void **state)
{
	struct bench *bench = *state;
	pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
	unsigned int n_added = 0;

	pthread_mutex_lock(&gate);
	add_gate(bench, &gate, 1);
	while (worker_add(bench->worker, job_new(multiply, 2, 2)))
		n_added++;
	pthread_mutex_unlock(&gate);
	assert_in_range(n_added, 2, 3); /* whether the first was begun is up to the thread */
	turn_until(bench, n_added + 1);
}

static void forgotten_jobs_are_not_done(void **state)
{
	struct bench *bench = *state;
	pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

	pthread_mutex_lock(&gate);
	add_gate(bench, &gate, 1);
	assert_true(worker_add(bench->worker, job_new(multiply, 2, 2)));
	worker_forget(bench->worker, 2);
	assert_true(worker_add(bench->worker, job_new(multiply, 3, 3)));
	pthread_mutex_unlock(&gate);
	turn_until(bench, 2);
	assert_int_equal(bench->done[0], 1);
	assert_int_equal(bench->done[1], 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(jobs_are_done_in_their_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(too_many_jobs_are_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(forgotten_jobs_are_not_done, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
