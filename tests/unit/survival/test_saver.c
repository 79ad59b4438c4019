/* Who writes snapshots, and what happens when that goes wrong. Children are real, time is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shelf.h"
#include "survival/saver.h"

#define LONG_WEIGHT 400000
#define NEARLY_FULL_BYTES ((uint64_t) 192 << 20)
#define LENGTH_AT 24 /* offset in the log's head: of the first of two places */
#define CHILD_MS 30000
#define REAP_TRIES 1000
#define REAP_MS 1000

struct fixture {
	struct shelf shelf; /* for its log */
	struct event_log *event_log;
	struct saver *saver;
	uint64_t now_ms;
	pid_t pid;
	enum {
		CHILD_SAVES,
		CHILD_DIES,
		CHILD_HANGS
	} child;
	int watched_fd; /* -1: none */
	void (*on_ready)(void *target, uint32_t events);
	void *target;
	int watch_error;
	int write_error;
	bool wants_snapshot;
	unsigned int n_news;
};

/* What the kernel does otherwise. */
static struct {
	bool is_orphan;	     /* a child finds another parent */
	bool is_bound;	     /* a child ends with its parent */
	bool is_unreaped;    /* children do not end */
	bool is_interrupted; /* the next wait for a child */
	unsigned int n_pauses;
} kernel;

pid_t __real_getppid(void);
pid_t __wrap_getppid(void);
pid_t __real_waitpid(pid_t pid, int *ret_status, int options);
pid_t __wrap_waitpid(pid_t pid, int *ret_status, int options);
int __real_poll(struct pollfd *fds, nfds_t n_fds, int timeout_ms);
int __wrap_poll(struct pollfd *fds, nfds_t n_fds, int timeout_ms);
int __wrap_prctl(int option, ...);

pid_t __wrap_getppid(void)
{
	return kernel.is_orphan ? 1 : __real_getppid();
}

pid_t __wrap_waitpid(pid_t pid, int *ret_status, int options)
{
	assert_int_equal(options, WNOHANG);
	if (kernel.is_unreaped)
		return 0;
	if (kernel.is_interrupted) {
		kernel.is_interrupted = false;
		errno = EINTR;
		return -1;
	}
	return __real_waitpid(pid, ret_status, options);
}

int __wrap_poll(struct pollfd *fds, nfds_t n_fds, int timeout_ms)
{
	if (n_fds)
		return __real_poll(fds, n_fds, timeout_ms);
	assert_int_equal(timeout_ms, 1);
	kernel.n_pauses++;
	return kernel.is_unreaped ? 0 : __real_poll(fds, n_fds, timeout_ms);
}

int __wrap_prctl(int option, ...)
{
	va_list values;

	va_start(values, option);
	kernel.is_bound = option == PR_SET_PDEATHSIG && va_arg(values, int) == SIGKILL;
	va_end(values);
	return 0;
}

int __wrap_event_log_write_snapshot(struct event_log *log, const struct buffer *bytes);
int __real_event_log_write_snapshot(struct event_log *log, const struct buffer *bytes);

int __wrap_event_log_write_snapshot(struct event_log *log, const struct buffer *bytes)
{
	return strcmp(bytes->bytes, "unwritable") == 0
		       ? -ENOSPC
		       : __real_event_log_write_snapshot(log, bytes);
}

static uint64_t now_ms(void *data)
{
	return ((struct fixture *) data)->now_ms;
}

static int watch(void *data, int fd, void (*on_ready)(void *target, uint32_t events), void *target,
	void **ret_watch)
{
	struct fixture *fixture = data;

	if (fixture->watch_error)
		return fixture->watch_error;
	fixture->watched_fd = fd;
	fixture->on_ready = on_ready;
	fixture->target = target;
	*ret_watch = fixture;
	return 0;
}

static void unwatch(void *data, void *watch)
{
	assert_ptr_equal(watch, data);
	((struct fixture *) data)->watched_fd = -1;
}

static void save(void *data, struct buffer *out)
{
	const struct fixture *fixture = data;

	if (getpid() != fixture->pid && (fixture->child == CHILD_DIES || !kernel.is_bound))
		_exit(1);
	while (getpid() != fixture->pid && fixture->child == CHILD_HANGS)
		pause();
	buffer_put_text(out, fixture->write_error ? "unwritable" : "everything");
}

static bool wants_snapshot(void *data)
{
	return ((struct fixture *) data)->wants_snapshot;
}

static void on_news(void *data)
{
	((struct fixture *) data)->n_news++;
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	const struct saver_needs needs = { &fixture->shelf.log, now_ms, watch, unwatch, save,
		wants_snapshot, on_news, fixture };

	memset(&kernel, 0, sizeof(kernel));
	shelf_init(&fixture->shelf);
	fixture->pid = getpid();
	fixture->now_ms = 1000000;
	fixture->watched_fd = -1;
	fixture->saver = saver_new(&needs);
	*state = fixture;
	if (event_log_new(&fixture->event_log) < 0)
		return -1;
	saver_set_log(fixture->saver, fixture->event_log);
	fixture->now_ms += 60000;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	kernel.is_unreaped = false;
	saver_free(fixture->saver);
	event_log_free(fixture->event_log);
	shelf_done(&fixture->shelf);
	free(fixture);
	return 0;
}

/* The second turn, if the first one is interrupted. */
static void let_turns_reap(struct fixture *fixture)
{
	for (int turns = 0; turns < 2 && waitid(P_ALL, 0, NULL, WEXITED | WNOWAIT) == 0; turns++)
		saver_tick(fixture->saver);
}

/* False: no child was running. */
static bool wait_for_child(struct fixture *fixture)
{
	struct pollfd ready = { .fd = fixture->watched_fd, .events = POLLIN };

	if (fixture->watched_fd < 0)
		return false;
	assert_int_equal(poll(&ready, 1, 20000), 1);
	fixture->on_ready(fixture->target, EPOLLIN);
	assert_int_equal(fixture->watched_fd, -1);
	if (!kernel.is_unreaped)
		let_turns_reap(fixture);
	return true;
}

static bool tick_and_wait(struct fixture *fixture)
{
	saver_tick(fixture->saver);
	return wait_for_child(fixture);
}

static void fill(const struct fixture *fixture)
{
	assert_int_equal(pwrite(event_log_fd(fixture->event_log, EVENT_LOG_HEAD),
				 &(uint64_t){ NEARLY_FULL_BYTES + 8 }, 8, LENGTH_AT),
		8);
	assert_true(event_log_is_nearly_full(fixture->event_log));
}

static void a_short_log_needs_no_snapshot(void **state)
{
	struct fixture *fixture = *state;

	assert_false(tick_and_wait(fixture));
	assert_true(saver_next_deadline(fixture->saver) == UINT64_MAX);
}

static void a_child_writes_the_snapshot_of_a_long_log(void **state)
{
	struct fixture *fixture = *state;

	event_log_weigh(fixture->event_log, LONG_WEIGHT);
	assert_true(tick_and_wait(fixture));
	assert_int_equal(event_log_snapshots(fixture->event_log), 1);
	assert_false(event_log_is_long(fixture->event_log));
	assert_false(tick_and_wait(fixture));
	assert_int_equal(fixture->shelf.entries[LOGBOOK_SNAPSHOT_FAILED], 0);
	assert_int_equal(fixture->n_news, 0);
}

static void secrets_want_one_too(void **state)
{
	struct fixture *fixture = *state;

	fixture->wants_snapshot = true;
	assert_true(tick_and_wait(fixture));
	assert_int_equal(event_log_snapshots(fixture->event_log), 1);
}

static void a_failing_child_is_tried_later_and_later(void **state)
{
	struct fixture *fixture = *state;

	fixture->child = CHILD_DIES;
	event_log_weigh(fixture->event_log, LONG_WEIGHT);
	assert_true(tick_and_wait(fixture));
	for (uint64_t wait_ms = 1000; wait_ms <= 32000; wait_ms *= 2) {
		assert_true(saver_is_failing(fixture->saver));
		assert_true(saver_next_deadline(fixture->saver) == fixture->now_ms + wait_ms);
		fixture->now_ms += wait_ms - 1;
		assert_false(tick_and_wait(fixture));
		fixture->now_ms++;
		assert_true(tick_and_wait(fixture));
	}
	assert_true(event_log_is_long(fixture->event_log));
	assert_int_equal(fixture->shelf.entries[LOGBOOK_SNAPSHOT_FAILED], 1);
	assert_string_equal(fixture->shelf.reason, "its process ended before it was written");
	assert_int_equal(fixture->n_news, 7); /* of each failure */
}

static void after_failures_a_success_is_logged(void **state)
{
	struct fixture *fixture = *state;

	fixture->write_error = true;
	event_log_weigh(fixture->event_log, LONG_WEIGHT);
	assert_true(tick_and_wait(fixture));
	assert_int_equal(fixture->shelf.entries[LOGBOOK_SNAPSHOT_FAILED], 1);
	assert_string_equal(fixture->shelf.reason, "No space left on device");
	assert_int_equal(fixture->n_news, 1);
	fixture->write_error = false;
	fixture->now_ms += 1000;
	assert_true(tick_and_wait(fixture));
	assert_int_equal(fixture->n_news, 2);
	assert_int_equal(fixture->shelf.entries[LOGBOOK_SNAPSHOTS_RESUMED], 1);
	assert_false(saver_is_failing(fixture->saver));
	assert_int_equal(event_log_snapshots(fixture->event_log), 1);
}

static void a_child_that_cannot_be_watched_is_ended(void **state)
{
	struct fixture *fixture = *state;

	fixture->watch_error = -ENOSPC;
	event_log_weigh(fixture->event_log, LONG_WEIGHT);
	assert_false(tick_and_wait(fixture));
	assert_true(saver_is_failing(fixture->saver));
	assert_false(event_log_is_switching(fixture->event_log));
	assert_string_equal(fixture->shelf.reason, "No space left on device");
}

static void a_child_that_hangs_is_killed(void **state)
{
	struct fixture *fixture = *state;

	fixture->child = CHILD_HANGS;
	event_log_weigh(fixture->event_log, LONG_WEIGHT);
	saver_tick(fixture->saver);
	assert_true(saver_next_deadline(fixture->saver) == fixture->now_ms + CHILD_MS);
	fixture->now_ms += CHILD_MS - 1;
	saver_tick(fixture->saver);
	assert_int_not_equal(fixture->watched_fd, -1);
	fixture->now_ms++;
	saver_tick(fixture->saver);
	assert_int_equal(fixture->watched_fd, -1);
	assert_true(saver_is_failing(fixture->saver));
	assert_false(event_log_is_switching(fixture->event_log));
	assert_string_equal(
		fixture->shelf.reason, "its process had not ended after 30 seconds and was killed");
}

static void before_the_log_is_full_the_parent_saves(void **state)
{
	struct fixture *fixture = *state;

	fixture->child = CHILD_HANGS;
	event_log_weigh(fixture->event_log, LONG_WEIGHT);
	saver_tick(fixture->saver);
	assert_int_not_equal(fixture->watched_fd, -1);
	fill(fixture);
	saver_tick(fixture->saver);
	assert_int_equal(fixture->watched_fd, -1);
	assert_int_equal(event_log_snapshots(fixture->event_log), 1);
	assert_false(event_log_is_nearly_full(fixture->event_log));
}

static void the_parent_too_tries_later_and_later(void **state)
{
	struct fixture *fixture = *state;

	fixture->write_error = true;
	fill(fixture);
	for (uint64_t wait_ms = 1000; wait_ms <= 4000; wait_ms *= 2) {
		saver_tick(fixture->saver);
		assert_true(saver_next_deadline(fixture->saver) == fixture->now_ms + wait_ms);
		fixture->now_ms += wait_ms;
	}
	assert_int_equal(fixture->shelf.entries[LOGBOOK_SNAPSHOT_FAILED], 1);
	assert_string_equal(fixture->shelf.reason, "No space left on device");
	assert_int_equal(fixture->n_news, 3);
	fixture->write_error = false;
	saver_tick(fixture->saver);
	assert_int_equal(event_log_snapshots(fixture->event_log), 1);
}

static void a_snapshot_closes_a_gap(void **state)
{
	struct fixture *fixture = *state;

	saver_note_gap(fixture->saver);
	assert_true(saver_has_gap(fixture->saver));
	assert_int_equal(fixture->shelf.entries[LOGBOOK_NOT_KEPT], 1);
	assert_string_equal(fixture->shelf.reason,
		"the log of events is full, and no snapshot could be written");
	assert_int_equal(fixture->n_news, 1);
	saver_tick(fixture->saver);
	assert_int_equal(fixture->n_news, 2);
	assert_false(saver_has_gap(fixture->saver));
	assert_int_equal(fixture->shelf.entries[LOGBOOK_KEPT_AGAIN], 1);
	assert_int_equal(event_log_snapshots(fixture->event_log), 1);
}

static void a_child_makes_way_for_a_snapshot_at_once(void **state)
{
	struct fixture *fixture = *state;

	fixture->child = CHILD_HANGS;
	event_log_weigh(fixture->event_log, LONG_WEIGHT);
	saver_tick(fixture->saver);
	assert_int_equal(saver_save_now(fixture->saver), 0);
	assert_int_equal(fixture->watched_fd, -1);
	assert_int_equal(event_log_snapshots(fixture->event_log), 1);
}

/* Its parent crashed before the child could ask to end with it. */
static void a_child_without_its_parent_writes_nothing(void **state)
{
	struct fixture *fixture = *state;

	kernel.is_orphan = true;
	event_log_weigh(fixture->event_log, LONG_WEIGHT);
	assert_true(tick_and_wait(fixture));
	assert_string_equal(fixture->shelf.reason, "its process ended before it was written");
	assert_int_equal(event_log_snapshots(fixture->event_log), 0);
}

/* In uninterruptible sleep, for example. Until the child has ended, it may write to the log. */
static void a_killed_child_is_waited_for(void **state)
{
	struct fixture *fixture = *state;

	event_log_weigh(fixture->event_log, LONG_WEIGHT);
	saver_tick(fixture->saver);
	kernel.is_unreaped = true;
	assert_int_equal(saver_save_now(fixture->saver), -EBUSY);
	assert_int_equal(kernel.n_pauses, REAP_TRIES);
	assert_int_equal(fixture->watched_fd, -1);
	assert_true(saver_next_deadline(fixture->saver) == fixture->now_ms + REAP_MS);
	fixture->now_ms += REAP_MS;
	saver_tick(fixture->saver);
	assert_true(saver_next_deadline(fixture->saver) == fixture->now_ms + REAP_MS);
	assert_int_equal(kernel.n_pauses, REAP_TRIES);
	assert_int_equal(event_log_snapshots(fixture->event_log), 0);
	kernel.is_unreaped = false;
	assert_int_equal(saver_save_now(fixture->saver), 0);
	assert_int_equal(event_log_snapshots(fixture->event_log), 1);
}

static void no_turn_waits_for_a_child_that_is_done(void **state)
{
	struct fixture *fixture = *state;

	event_log_weigh(fixture->event_log, LONG_WEIGHT);
	kernel.is_unreaped = true;
	assert_true(tick_and_wait(fixture));
	assert_int_equal(event_log_snapshots(fixture->event_log), 1);
	assert_int_equal(kernel.n_pauses, 0);
	assert_true(saver_next_deadline(fixture->saver) == fixture->now_ms + REAP_MS);
	kernel.is_unreaped = false;
	let_turns_reap(fixture);
	assert_true(saver_next_deadline(fixture->saver) == UINT64_MAX);
}

static void a_killed_child_that_has_ended_makes_way(void **state)
{
	struct fixture *fixture = *state;

	fixture->wants_snapshot = true;
	saver_tick(fixture->saver);
	kernel.is_unreaped = true;
	assert_int_equal(saver_save_now(fixture->saver), -EBUSY);
	kernel.is_unreaped = false;
	fixture->now_ms += 60000;
	for (int i = 0; i < 20000 && fixture->watched_fd < 0; i++) {
		saver_tick(fixture->saver);
		(void) __real_poll(NULL, 0, 1);
	}
	assert_true(wait_for_child(fixture));
	assert_int_equal(event_log_snapshots(fixture->event_log), 1);
}

static void an_interrupted_wait_is_repeated(void **state)
{
	struct fixture *fixture = *state;

	kernel.is_interrupted = true;
	event_log_weigh(fixture->event_log, LONG_WEIGHT);
	assert_true(tick_and_wait(fixture));
	assert_false(kernel.is_interrupted);
	assert_int_equal(event_log_snapshots(fixture->event_log), 1);
	assert_true(saver_next_deadline(fixture->saver) == UINT64_MAX);
}

/* After a recovery, for example. */
static void a_new_log_has_time(void **state)
{
	struct fixture *fixture = *state;

	saver_set_log(fixture->saver, NULL);
	saver_set_log(fixture->saver, fixture->event_log);
	fixture->wants_snapshot = true;
	assert_false(tick_and_wait(fixture));
	assert_true(saver_next_deadline(fixture->saver) == fixture->now_ms + 5000);
	fixture->now_ms += 4999;
	assert_false(tick_and_wait(fixture));
	fixture->now_ms++;
	assert_true(tick_and_wait(fixture));
}

/* It would write to the old one. */
static void another_log_ends_the_child(void **state)
{
	struct fixture *fixture = *state;

	fixture->child = CHILD_HANGS;
	event_log_weigh(fixture->event_log, LONG_WEIGHT);
	saver_tick(fixture->saver);
	assert_int_not_equal(fixture->watched_fd, -1);
	saver_set_log(fixture->saver, NULL);
	assert_int_equal(fixture->watched_fd, -1);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	saver_set_log(fixture->saver, fixture->event_log);
}

static void the_end_ends_the_child(void **state)
{
	struct fixture *fixture = *state;

	fixture->child = CHILD_HANGS;
	event_log_weigh(fixture->event_log, LONG_WEIGHT);
	saver_tick(fixture->saver);
	assert_int_not_equal(fixture->watched_fd, -1);
	saver_free(fixture->saver);
	fixture->saver = NULL;
	assert_int_equal(fixture->watched_fd, -1);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_short_log_needs_no_snapshot),
		TEST(a_child_writes_the_snapshot_of_a_long_log),
		TEST(secrets_want_one_too),
		TEST(a_failing_child_is_tried_later_and_later),
		TEST(after_failures_a_success_is_logged),
		TEST(a_child_that_cannot_be_watched_is_ended),
		TEST(a_child_that_hangs_is_killed),
		TEST(before_the_log_is_full_the_parent_saves),
		TEST(the_parent_too_tries_later_and_later),
		TEST(a_snapshot_closes_a_gap),
		TEST(a_child_makes_way_for_a_snapshot_at_once),
		TEST(a_child_without_its_parent_writes_nothing),
		TEST(a_killed_child_is_waited_for),
		TEST(no_turn_waits_for_a_child_that_is_done),
		TEST(a_killed_child_that_has_ended_makes_way),
		TEST(an_interrupted_wait_is_repeated),
		TEST(a_new_log_has_time),
		TEST(another_log_ends_the_child),
		TEST(the_end_ends_the_child),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
