/* A name server that does not answer, without systemd-resolved: the C library waits much longer
 * than the timeout of questions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "daemon/resolver.h"
#include "daemon/reverse_lookup.h"

#define LONG_MS 60000
#define MOST_BEGUN 8
#define WORKER_JOBS 1024

struct stage {
	struct loop *loop;
	struct resolver *resolver;
	uint64_t n_asked;
	uint64_t done[2 * WORKER_JOBS];
	size_t n_done;
};

/* A fake C library in the worker's thread, which answers on request. */
static struct library {
	sem_t begun;
	sem_t may_end;
	_Atomic uint64_t requests[MOST_BEGUN];
	_Atomic size_t n_begun;
} library;

void __wrap_reverse_lookup_run(struct job *job); /* the name that the linker's --wrap requires */

void __wrap_reverse_lookup_run(struct job *job)
{
	atomic_store(&library.requests[atomic_fetch_add(&library.n_begun, 1) % MOST_BEGUN],
		job->request);
	sem_post(&library.begun);
	while (sem_wait(&library.may_end) < 0)
		;
	job->status = 1;
}

static void on_done(void *data, uint64_t session, uint64_t request, const char *name)
{
	struct stage *stage = data;

	assert_int_equal(session, request);
	assert_null(name);
	stage->done[stage->n_done++] = request;
}

static int set_up(void **state)
{
	struct stage *stage = calloc(1, sizeof(*stage));
	struct resolver_calls calls = { on_done, stage };

	sem_init(&library.begun, 0, 0);
	sem_init(&library.may_end, 0, 0);
	atomic_store(&library.n_begun, 0);
	*state = stage;
	return loop_new(&stage->loop) ||
	       resolver_new(stage->loop, NULL, "/nonexistent/socket", &calls, &stage->resolver);
}

static int tear_down(void **state)
{
	struct stage *stage = *state;

	resolver_free(stage->resolver);
	loop_free(stage->loop);
	free(stage);
	return 0;
}

static void ask(struct stage *stage, uint32_t timeout_ms)
{
	struct address address;

	assert_true(address_parse_range("192.0.2.1", &address));
	stage->n_asked++;
	assert_true(resolver_ask(
		stage->resolver, stage->n_asked, stage->n_asked, &address, timeout_ms));
}

static void wait_until_begun(uint64_t request, size_t n_begun)
{
	while (sem_wait(&library.begun) < 0)
		;
	assert_int_equal(atomic_load(&library.n_begun), n_begun);
	assert_int_equal(atomic_load(&library.requests[n_begun - 1]), request);
}

static void turn_until(struct stage *stage, size_t n_done)
{
	while (stage->n_done < n_done) {
		assert_int_equal(
			loop_turn(stage->loop, resolver_next_deadline(stage->resolver)), 0);
		resolver_tick(stage->resolver);
	}
}

static void what_nobody_waits_for_is_not_asked(void **state)
{
	struct stage *stage = *state;

	ask(stage, LONG_MS);
	wait_until_begun(1, 1);
	for (int i = 0; i < 5; i++)
		ask(stage, 0);
	resolver_tick(stage->resolver);
	assert_int_equal(stage->n_done, 5);
	ask(stage, LONG_MS);
	sem_post(&library.may_end);
	wait_until_begun(7, 2);
	sem_post(&library.may_end);
	turn_until(stage, 7);
	assert_int_equal(stage->done[5], 1);
	assert_int_equal(stage->done[6], 7);
}

/* The running lookup cannot be cancelled; its answer is ignored. */
static void an_answer_that_comes_too_late_is_dropped(void **state)
{
	struct stage *stage = *state;

	ask(stage, 0);
	wait_until_begun(1, 1);
	resolver_tick(stage->resolver);
	assert_int_equal(stage->n_done, 1);
	ask(stage, LONG_MS);
	sem_post(&library.may_end);
	wait_until_begun(2, 2);
	sem_post(&library.may_end);
	turn_until(stage, 2);
	assert_int_equal(stage->done[1], 2);
}

static void questions_whose_time_is_up_make_room(void **state)
{
	struct stage *stage = *state;

	ask(stage, LONG_MS);
	wait_until_begun(1, 1);
	for (int i = 0; i < WORKER_JOBS - 1; i++)
		ask(stage, 0);
	resolver_tick(stage->resolver);
	assert_int_equal(stage->n_done, WORKER_JOBS - 1);
	for (int i = 0; i < 10; i++)
		ask(stage, LONG_MS);
	resolver_tick(stage->resolver); /* would end questions that the worker refused */
	assert_int_equal(stage->n_done, WORKER_JOBS - 1);
	sem_post(&library.may_end);
	wait_until_begun(WORKER_JOBS + 1, 2);
	for (int i = 0; i < 10; i++)
		sem_post(&library.may_end);
	turn_until(stage, WORKER_JOBS - 1 + 11);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_nobody_waits_for_is_not_asked),
		TEST(an_answer_that_comes_too_late_is_dropped),
		TEST(questions_whose_time_is_up_make_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
