/* How long the loop waits, serves and gathers, with a clock and readiness that the test decides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "net/loop.h"

#define START_NS 5000000999u
#define START_MS 5000
#define READY_MAX 64 /* in one epoll_wait() */
#define LATE_NS 6000000u

struct guest {
	struct loop_watch *watch;
	int fd;
	char name;
};

static struct kernel {
	uint64_t now_ns;
	int timeout_ms;	  /* of the first wait in the turn */
	int n_waits;	  /* in the turn */
	int n_ready;	  /* what the next waits report: the first guests */
	int error;	  /* of the next wait */
	long slept_ns;	  /* before the turn */
	uint64_t work_ns; /* how long each call takes */
	struct guest guests[READY_MAX];
	char called[3 * READY_MAX]; /* the names, in order */
	size_t n_called;
	struct loop *loop;
} kernel;

int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_time);
int __wrap_nanosleep(const struct timespec *pause, struct timespec *ret_left);
int __wrap_epoll_wait(int fd, struct epoll_event *events, int most, int timeout_ms);

int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_time)
{
	assert_int_equal(clock, CLOCK_MONOTONIC);
	*ret_time = (struct timespec){ (time_t) (kernel.now_ns / 1000000000),
		(long) (kernel.now_ns % 1000000000) };
	return 0;
}

int __wrap_nanosleep(const struct timespec *pause, struct timespec *ret_left)
{
	assert_int_equal(pause->tv_sec, 0);
	assert_null(ret_left);
	kernel.slept_ns = pause->tv_nsec;
	return 0;
}

int __wrap_epoll_wait(int fd, struct epoll_event *events, int most, int timeout_ms)
{
	int n_ready = kernel.n_ready < most ? kernel.n_ready : most;

	assert_true(fd >= 0);
	assert_int_equal(most, READY_MAX);
	if (kernel.n_waits++ == 0)
		kernel.timeout_ms = timeout_ms;
	else
		assert_int_equal(timeout_ms, 0);
	if (kernel.error) {
		errno = kernel.error;
		return -1;
	}
	for (int i = 0; i < n_ready; i++)
		events[i] = (struct epoll_event){ EPOLLIN, { .ptr = kernel.guests[i].watch } };
	kernel.n_ready -= n_ready;
	return n_ready;
}

static void on_guest(void *data, uint32_t events)
{
	const struct guest *guest = data;

	assert_int_equal(events, EPOLLIN);
	kernel.called[kernel.n_called++] = guest->name;
	kernel.now_ns += kernel.work_ns;
}

static int setup(void **state)
{
	(void) state;
	memset(&kernel, 0, sizeof(kernel));
	kernel.now_ns = START_NS;
	if (loop_new(&kernel.loop) < 0)
		return -1;
	for (size_t i = 0; i < READY_MAX; i++) {
		struct guest *guest = &kernel.guests[i];

		guest->fd = eventfd(0, EFD_CLOEXEC);
		guest->name = (char) ('a' + i);
		guest->watch = loop_watch_new(kernel.loop, guest->fd, on_guest, guest);
	}
	return 0;
}

static int teardown(void **state)
{
	(void) state;
	for (size_t i = 0; i < READY_MAX; i++) {
		loop_watch_remove(kernel.guests[i].watch);
		close(kernel.guests[i].fd);
	}
	loop_free(kernel.loop);
	return 0;
}

/* A turn with so many guests, whose calls take so long. */
static void take_turn(int n_ready, uint64_t work_ns, uint64_t deadline_ms)
{
	kernel.n_ready = n_ready;
	kernel.work_ns = work_ns;
	kernel.n_waits = 0;
	kernel.n_called = 0;
	kernel.slept_ns = 0;
	memset(kernel.called, 0, sizeof(kernel.called));
	assert_int_equal(loop_turn(kernel.loop, deadline_ms), 0);
}

static void assert_wait(uint64_t deadline_ms, int timeout_ms)
{
	take_turn(0, 0, deadline_ms);
	assert_int_equal(kernel.timeout_ms, timeout_ms);
}

static void a_turn_waits_until_its_deadline(void **state)
{
	(void) state;
	assert_wait(UINT64_MAX, -1);
	assert_wait(0, 0);
	assert_wait(START_MS - 1, 0);
	assert_wait(START_MS, 0);
	assert_wait(START_MS + 1, 1);
	assert_wait(START_MS + 250, 250);
	assert_wait((uint64_t) START_MS + INT_MAX - 1, INT_MAX - 1);
	assert_wait((uint64_t) START_MS + INT_MAX, INT_MAX);
	assert_wait(UINT64_MAX - 1, INT_MAX);
	loop_again(kernel.loop);
	assert_wait(UINT64_MAX, 0);
	assert_wait(UINT64_MAX, -1);
}

static void the_clock_is_that_of_the_start(void **state)
{
	(void) state;
	assert_int_equal(loop_now_ms(kernel.loop), START_MS);
	kernel.now_ns += 999000; /* a microsecond less than the next millisecond */
	take_turn(2, 2000000, 0);
	assert_int_equal(loop_now_ms(kernel.loop), START_MS);
	assert_int_equal(loop_work_start_ns(kernel.loop), kernel.now_ns);
	take_turn(0, 0, 0);
	assert_int_equal(loop_now_ms(kernel.loop), START_MS + 4);
	assert_int_equal(loop_clock_ms(), START_MS + 4);
	assert_int_equal(loop_turns(kernel.loop), 2);
}

static void an_interrupted_wait_is_no_error(void **state)
{
	(void) state;
	kernel.error = EINTR;
	take_turn(0, 0, 0);
	assert_int_equal(loop_turns(kernel.loop), 1);
	kernel.error = EBADF;
	assert_int_equal(loop_turn(kernel.loop, 0), -EBADF);
	assert_int_equal(loop_turns(kernel.loop), 1);
}

static void a_full_list_is_followed_by_another(void **state)
{
	(void) state;
	take_turn(READY_MAX - 1, 0, 0);
	assert_int_equal(kernel.n_waits, 1);
	assert_int_equal(kernel.n_called, READY_MAX - 1);
	take_turn(READY_MAX, 0, 0);
	assert_int_equal(kernel.n_waits, 2);
	take_turn(2 * READY_MAX + 1, 0, 0);
	assert_int_equal(kernel.n_waits, 3);
	assert_int_equal(kernel.n_called, 2 * READY_MAX + 1);
}

static void a_turn_serves_for_six_milliseconds(void **state)
{
	(void) state;
	take_turn(3, LATE_NS / 2 - 1, 0);
	assert_int_equal(kernel.n_called, 3);
	assert_true(loop_is_late(kernel.loop));
	take_turn(0, 0, 0); /* was late because of its last call, and left nothing */
	take_turn(3, LATE_NS / 2, 0);
	assert_string_equal(kernel.called, "ab");
	assert_true(loop_is_late(kernel.loop));
	take_turn(1, 0, 0);
	assert_false(loop_is_late(kernel.loop));
	take_turn(2, LATE_NS - 1, 0);
	assert_string_equal(kernel.called, "ab");
}

/* The last may need little. */
static void after_a_late_turn_the_last_is_called_early(void **state)
{
	(void) state;
	take_turn(5, 0, 0);
	assert_string_equal(kernel.called, "abcde");
	take_turn(5, LATE_NS, 0);
	assert_string_equal(kernel.called, "a");
	take_turn(5, 0, 0);
	assert_string_equal(kernel.called, "aebdc");
	take_turn(5, 0, 0);
	assert_string_equal(kernel.called, "abcde");
}

/* The pause before the turn after one in which the guests took so long. */
static long gathering(int n_ready, uint64_t took_ns)
{
	take_turn(n_ready, took_ns / (uint64_t) n_ready, 0);
	take_turn(0, 0, 0);
	return kernel.slept_ns;
}

static void after_a_long_turn_the_next_begins_later(void **state)
{
	(void) state;
	assert_int_equal(gathering(2, 1000000), 0);
	assert_int_equal(gathering(2, 1000032), 1000032 / 16);
	assert_int_equal(gathering(1, 1000032), 0);
	assert_int_equal(gathering(2, 4000000), 250000);
	assert_int_equal(gathering(2, 31999904), 999997);
	assert_int_equal(gathering(2, 32000032), 1000000);
	assert_int_equal(gathering(2, 100000000), 1000000);
	take_turn(0, 0, 0);
	assert_int_equal(kernel.slept_ns, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_turn_waits_until_its_deadline),
		TEST(the_clock_is_that_of_the_start),
		TEST(an_interrupted_wait_is_no_error),
		TEST(a_full_list_is_followed_by_another),
		TEST(a_turn_serves_for_six_milliseconds),
		TEST(after_a_late_turn_the_last_is_called_early),
		TEST(after_a_long_turn_the_next_begins_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
