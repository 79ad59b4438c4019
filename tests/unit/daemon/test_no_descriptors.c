/* Objects that cannot be created without descriptors report it, and leave no descriptor open. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "daemon/helpers.h"
#include "daemon/worker.h"
#include "survival/event_log.h"

static int make_loop(struct loop *loop)
{
	struct loop *made = NULL;
	int error = loop_new(&made);

	(void) loop;
	loop_free(made);
	return error;
}

static int make_worker(struct loop *loop)
{
	struct worker *worker = NULL;
	int error = worker_new(loop, 1, NULL, NULL, &worker);

	worker_free(worker);
	return error;
}

static int make_helpers(struct loop *loop)
{
	const struct helpers_needs needs = { loop, NULL, NULL, { "/nonexistent", "/nonexistent" },
		1 };
	struct helpers *helpers = NULL;
	int error = helpers_new(&needs, &helpers);

	helpers_free(helpers);
	return error;
}

static int make_event_log(struct loop *loop)
{
	struct event_log *log = NULL;
	int error = event_log_new(&log);

	(void) loop;
	event_log_free(log);
	return error;
}

static const struct {
	int (*make)(struct loop *loop);
	rlim_t descriptors; /* how many it needs */
} rows[] = {
	{ make_loop, 1 },
	{ make_worker, 1 },
	{ make_helpers, 1 },
	{ make_event_log, 5 },
};

static int first_free_descriptor(void)
{
	int fd = dup(STDERR_FILENO);

	assert_true(fd >= 0);
	close(fd);
	return fd;
}

static int make_with(size_t row, struct loop *loop, rlim_t descriptors)
{
	struct rlimit limit, old;
	int error;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	limit = old;
	limit.rlim_cur = (rlim_t) first_free_descriptor() + descriptors;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	error = rows[row].make(loop);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	return error;
}

static void with_one_too_few_nothing_is_made(void **state)
{
	struct loop *loop;
	int fd;

	(void) state;
	assert_int_equal(loop_new(&loop), 0);
	fd = first_free_descriptor();
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		for (rlim_t n = 0; n < rows[i].descriptors; n++) {
			assert_int_equal(make_with(i, loop, n), -EMFILE);
			assert_int_equal(first_free_descriptor(), fd);
		}
		assert_int_equal(make_with(i, loop, rows[i].descriptors), 0);
		assert_int_equal(first_free_descriptor(), fd);
	}
	loop_free(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(with_one_too_few_nothing_is_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
