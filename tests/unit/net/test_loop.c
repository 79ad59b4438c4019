/* The event loop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "net/loop.h"

struct fixture {
	struct loop *loop;
	struct loop_watch *watches[2];
	int ours[2], theirs[2];
	int n_ready, n_ends, n_signals, last_signal;
	int order;
	int timer_fd;
	uint64_t starts_ns[2];
};

static int setup(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){ 0 };
	assert_int_equal(loop_new(&fixture.loop), 0);
	for (int i = 0; i < 2; i++) {
		int pair[2];

		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
		fixture.ours[i] = pair[0];
		fixture.theirs[i] = pair[1];
	}
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	for (int i = 0; i < 2; i++) {
		loop_watch_remove(fixture->watches[i]);
		close(fixture->ours[i]);
		close(fixture->theirs[i]);
	}
	loop_free(fixture->loop);
	return 0;
}

static void on_ready(void *data, uint32_t events)
{
	struct fixture *fixture = data;

	assert_true(events & (EPOLLIN | EPOLLHUP));
	fixture->n_ready++;
}

static void remove_both(void *data)
{
	struct fixture *fixture = data;

	for (int i = 0; i < 2; i++) {
		loop_watch_remove(fixture->watches[i]);
		fixture->watches[i] = NULL;
	}
}

static void on_ready_remove_both(void *data, uint32_t events)
{
	on_ready(data, events);
	remove_both(data);
}

static void watch(struct fixture *fixture, int i, loop_ready_fn call)
{
	fixture->watches[i] = loop_watch_new(fixture->loop, fixture->ours[i], call, fixture);
	assert_int_equal(loop_watch_change(fixture->watches[i], EPOLLIN), 0);
}

static void a_ready_watch_is_called(void **state)
{
	struct fixture *fixture = *state;

	watch(fixture, 0, on_ready);
	assert_int_equal(loop_turn(fixture->loop, 0), 0);
	assert_int_equal(fixture->n_ready, 0);
	assert_int_equal(write(fixture->theirs[0], "x", 1), 1);
	assert_int_equal(loop_turn(fixture->loop, UINT64_MAX), 0);
	assert_int_equal(fixture->n_ready, 1);
}

static void a_watch_removed_in_the_turn_is_not_called(void **state)
{
	struct fixture *fixture = *state;

	for (int i = 0; i < 2; i++) {
		watch(fixture, i, on_ready_remove_both);
		assert_int_equal(write(fixture->theirs[i], "x", 1), 1);
	}
	assert_int_equal(loop_turn(fixture->loop, UINT64_MAX), 0);
	assert_int_equal(fixture->n_ready, 1);
}

static void without_events_a_hang_up_is_silent(void **state)
{
	struct fixture *fixture = *state;
	uint64_t end_ms = loop_now_ms(fixture->loop) + 20;

	watch(fixture, 0, on_ready);
	assert_int_equal(loop_watch_change(fixture->watches[0], 0), 0);
	assert_int_equal(shutdown(fixture->theirs[0], SHUT_RDWR), 0);
	assert_int_equal(loop_turn(fixture->loop, end_ms), 0);
	assert_int_equal(fixture->n_ready, 0);
	assert_true(loop_now_ms(fixture->loop) >= end_ms);
	assert_int_equal(loop_watch_change(fixture->watches[0], EPOLLIN), 0);
	assert_int_equal(loop_turn(fixture->loop, UINT64_MAX), 0);
	assert_int_equal(fixture->n_ready, 1);
}

static void first_end(void *data)
{
	struct fixture *fixture = data;

	assert_int_equal(fixture->order++ % 2, 0);
	fixture->n_ends++;
}

static void second_end(void *data)
{
	struct fixture *fixture = data;

	assert_int_equal(fixture->order++ % 2, 1);
	fixture->n_ends++;
}

static void ends_are_called_in_their_order(void **state)
{
	struct fixture *fixture = *state;

	loop_at_turn_end(fixture->loop, first_end, fixture);
	loop_at_turn_end(fixture->loop, second_end, fixture);
	assert_int_equal(loop_turn(fixture->loop, 0), 0);
	assert_int_equal(loop_turn(fixture->loop, 0), 0);
	assert_int_equal(fixture->n_ends, 4);
	assert_int_equal(loop_turns(fixture->loop), 2);
}

static void the_deadline_ends_the_wait(void **state)
{
	struct fixture *fixture = *state;
	uint64_t end_ms = loop_now_ms(fixture->loop) + 20;

	assert_int_equal(loop_turn(fixture->loop, end_ms), 0);
	assert_true(loop_now_ms(fixture->loop) >= end_ms);
}

static void again_means_not_to_wait(void **state)
{
	struct fixture *fixture = *state;

	loop_again(fixture->loop);
	assert_int_equal(loop_turn(fixture->loop, UINT64_MAX), 0);
	assert_int_equal(loop_turns(fixture->loop), 1);
}

static void on_signal(void *data, int signal_number)
{
	struct fixture *fixture = data;

	fixture->n_signals++;
	fixture->last_signal = signal_number;
}

static void signals_arrive_as_calls(void **state)
{
	static const int signals[] = { SIGUSR1, SIGHUP };
	struct fixture *fixture = *state;

	assert_int_equal(loop_signals(fixture->loop, signals, 2, on_signal, fixture), 0);
	assert_int_equal(raise(SIGHUP), 0);
	assert_int_equal(fixture->n_signals, 0);
	assert_int_equal(loop_turn(fixture->loop, UINT64_MAX), 0);
	assert_int_equal(fixture->n_signals, 1);
	assert_int_equal(fixture->last_signal, SIGHUP);
}

static void work_for_ms(long ms)
{
	struct timespec start, now;

	clock_gettime(CLOCK_MONOTONIC, &start);
	do
		clock_gettime(CLOCK_MONOTONIC, &now);
	while ((now.tv_sec - start.tv_sec) * 1000000000 + now.tv_nsec - start.tv_nsec <
		ms * 1000000);
}

/* The first two take so long that the next turn waits half a millisecond for more input. */
static void on_ready_slowly(void *data, uint32_t events)
{
	const struct itimerspec soon = { .it_value = { .tv_nsec = 100000 } };
	struct fixture *fixture = data;

	on_ready(data, events);
	if (fixture->n_ready > 2)
		return;
	work_for_ms(2);
	assert_int_equal(timerfd_settime(fixture->timer_fd, 0, &soon, NULL), 0);
}

/* False: the machine was busy, so that one of the turns was late. */
static bool gathers_more(struct fixture *fixture)
{
	const struct itimerspec never = { 0 };

	assert_int_equal(timerfd_settime(fixture->timer_fd, 0, &never, NULL), 0);
	fixture->n_ready = 0;
	assert_int_equal(loop_turn(fixture->loop, UINT64_MAX), 0);
	if (fixture->n_ready != 2)
		return false;
	assert_int_equal(loop_turn(fixture->loop, UINT64_MAX), 0);
	return fixture->n_ready == 5;
}

static void after_a_long_turn_the_next_one_gathers_more(void **state)
{
	struct fixture *fixture = *state;
	struct loop_watch *timer;
	int n_tries = 1;

	fixture->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
	timer = loop_watch_new(fixture->loop, fixture->timer_fd, on_ready, fixture);
	assert_int_equal(loop_watch_change(timer, EPOLLIN), 0);
	for (int i = 0; i < 2; i++) {
		fixture->watches[i] =
			loop_watch_new(fixture->loop, fixture->ours[i], on_ready_slowly, fixture);
		assert_int_equal(loop_watch_change(fixture->watches[i], EPOLLIN), 0);
		assert_int_equal(write(fixture->theirs[i], "x", 1), 1);
	}
	while (!gathers_more(fixture))
		assert_in_range(n_tries++, 1, 1000);
	loop_watch_remove(timer);
	close(fixture->timer_fd);
}

#define CROWD 200

struct guest {
	struct loop_watch *watch;
	int fd;
	int *n_served;
};

static void on_guest(void *data, uint32_t events)
{
	struct guest *guest = data;
	eventfd_t value;

	(void) events;
	assert_int_equal(eventfd_read(guest->fd, &value), 0);
	(*guest->n_served)++;
}

static void a_crowd_is_served_in_one_turn(void **state)
{
	struct fixture *fixture = *state;
	struct guest guests[CROWD];
	int n_served = 0;

	for (int i = 0; i < CROWD; i++) {
		guests[i].fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
		guests[i].n_served = &n_served;
		guests[i].watch = loop_watch_new(fixture->loop, guests[i].fd, on_guest, &guests[i]);
		assert_int_equal(loop_watch_change(guests[i].watch, EPOLLIN), 0);
	}
	do /* once, unless the machine is busy */
		assert_int_equal(loop_turn(fixture->loop, UINT64_MAX), 0);
	while (loop_is_late(fixture->loop) && n_served < CROWD);
	assert_int_equal(n_served, CROWD);
	for (int i = 0; i < CROWD; i++) {
		loop_watch_remove(guests[i].watch);
		close(guests[i].fd);
	}
}

static void note_start(void *data, uint32_t events)
{
	struct fixture *fixture = data;

	on_ready(data, events);
	fixture->starts_ns[fixture->n_ready - 1] = loop_work_start_ns(fixture->loop);
	work_for_ms(1);
}

static void the_work_of_each_watch_begins_anew(void **state)
{
	struct fixture *fixture = *state;

	for (int i = 0; i < 2; i++) {
		watch(fixture, i, note_start);
		assert_int_equal(write(fixture->theirs[i], "x", 1), 1);
	}
	assert_int_equal(loop_turn(fixture->loop, UINT64_MAX), 0);
	if (fixture->n_ready < 2) /* the machine is busy, and the turn was late */
		return;
	assert_true(fixture->starts_ns[1] >= fixture->starts_ns[0] + 1000000);
	assert_true(loop_start_work(fixture->loop) >= fixture->starts_ns[1] + 1000000);
}

static void on_ready_too_slowly(void *data, uint32_t events)
{
	on_ready(data, events);
	work_for_ms(30);
}

/* Both are ready and report edges, so epoll does not report the second one again by itself. */
static void make_both_slow(struct fixture *fixture)
{
	for (int i = 0; i < 2; i++) {
		fixture->watches[i] = loop_watch_new(
			fixture->loop, fixture->ours[i], on_ready_too_slowly, fixture);
		assert_int_equal(loop_watch_change(fixture->watches[i], EPOLLIN | EPOLLET), 0);
		assert_int_equal(write(fixture->theirs[i], "x", 1), 1);
	}
	loop_at_turn_end(fixture->loop, first_end, fixture);
	loop_at_turn_end(fixture->loop, second_end, fixture);
}

static void a_late_turn_leaves_the_rest_to_the_next(void **state)
{
	struct fixture *fixture = *state;

	make_both_slow(fixture);
	assert_int_equal(loop_turn(fixture->loop, UINT64_MAX), 0);
	assert_int_equal(fixture->n_ready, 1);
	assert_int_equal(fixture->n_ends, 2);
	assert_int_equal(loop_turn(fixture->loop, 0), 0);
	assert_int_equal(fixture->n_ready, 2);
	assert_int_equal(fixture->n_ends, 4);
	assert_int_equal(loop_turn(fixture->loop, 0), 0);
	assert_int_equal(fixture->n_ready, 2);
}

static void a_watch_removed_after_a_late_turn_is_not_called(void **state)
{
	struct fixture *fixture = *state;

	make_both_slow(fixture);
	assert_int_equal(loop_turn(fixture->loop, UINT64_MAX), 0);
	remove_both(fixture);
	assert_int_equal(loop_turn(fixture->loop, 0), 0);
	assert_int_equal(loop_turn(fixture->loop, 0), 0);
	assert_int_equal(fixture->n_ready, 1);
}

/* It is freed at the end of the turn, while it is in the list of ready watches. */
static void a_watch_removed_in_a_late_turn_is_not_called(void **state)
{
	struct fixture *fixture = *state;

	make_both_slow(fixture);
	loop_at_turn_end(fixture->loop, remove_both, fixture);
	assert_int_equal(loop_turn(fixture->loop, UINT64_MAX), 0);
	assert_int_equal(loop_turn(fixture->loop, 0), 0);
	assert_int_equal(fixture->n_ready, 1);
}

/* Its file is still open, and would be reported all the time. */
static void a_removed_watch_wakes_nobody_any_more(void **state)
{
	struct fixture *fixture = *state;
	uint64_t end_ms;

	watch(fixture, 0, on_ready);
	loop_watch_remove(fixture->watches[0]);
	loop_watch_remove(fixture->watches[0]); /* harmless */
	fixture->watches[0] = NULL;
	assert_int_equal(loop_turn(fixture->loop, 0), 0);
	assert_int_equal(write(fixture->theirs[0], "x", 1), 1);
	end_ms = loop_now_ms(fixture->loop) + 20;
	assert_int_equal(loop_turn(fixture->loop, end_ms), 0);
	assert_true(loop_now_ms(fixture->loop) >= end_ms);
	assert_int_equal(fixture->n_ready, 0);
}

/* Edges that are reported again, and events that do not change. */
static void each_change_of_a_watch_succeeds(void **state)
{
	static const uint32_t events[] = { EPOLLIN, EPOLLIN | EPOLLET, EPOLLIN | EPOLLET, 0, 0,
		EPOLLOUT, EPOLLIN | EPOLLET };
	struct fixture *fixture = *state;

	fixture->watches[0] = loop_watch_new(fixture->loop, fixture->ours[0], on_ready, fixture);
	assert_int_equal(loop_watch_rearm(fixture->watches[0]), 0);
	for (size_t i = 0; i < sizeof(events) / sizeof(*events); i++)
		assert_int_equal(loop_watch_change(fixture->watches[0], events[i]), 0);
	assert_int_equal(write(fixture->theirs[0], "x", 1), 1);
	for (int i = 1; i <= 2; i++) {
		assert_int_equal(loop_turn(fixture->loop, 0), 0);
		assert_int_equal(loop_turn(fixture->loop, 0), 0);
		assert_int_equal(fixture->n_ready, i);
		assert_int_equal(loop_watch_rearm(fixture->watches[0]), 0);
	}
}

static void what_cannot_be_watched_is_an_error_each_time(void **state)
{
	struct fixture *fixture = *state;
	int fd = dup(fixture->ours[0]);

	fixture->watches[0] = loop_watch_new(fixture->loop, fd, on_ready, fixture);
	assert_int_equal(loop_watch_change(fixture->watches[0], EPOLLIN), 0);
	close(fd);
	assert_int_equal(loop_watch_change(fixture->watches[0], EPOLLOUT), -EBADF);
	assert_int_equal(loop_watch_rearm(fixture->watches[0]), -EBADF);
	assert_int_equal(loop_watch_change(fixture->watches[0], EPOLLOUT), -EBADF);
}

static void ignore_signal(int number)
{
	(void) number;
}

/* A signal without a handler, as after SIGSTOP and SIGCONT. */
static void an_interrupted_turn_is_a_turn(void **state)
{
	const struct itimerval soon = { .it_value = { .tv_usec = 20000 } };
	const struct sigaction action = { .sa_handler = ignore_signal };
	struct fixture *fixture = *state;
	struct sigaction before;

	assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
	assert_int_equal(loop_turn(fixture->loop, loop_now_ms(fixture->loop) + 60000), 0);
	assert_int_equal(loop_turns(fixture->loop), 1);
	assert_int_equal(loop_turn(fixture->loop, 0), 0);
	assert_int_equal(sigaction(SIGALRM, &before, NULL), 0);
}

static void note_first(void *data, uint32_t events)
{
	struct fixture *fixture = data;

	(void) events;
	fixture->order = fixture->order * 10 + 1;
}

static void note_second(void *data, uint32_t events)
{
	struct fixture *fixture = data;

	(void) events;
	fixture->order = fixture->order * 10 + 2;
}

static void note_third(void *data, uint32_t events)
{
	struct fixture *fixture = data;

	(void) events;
	fixture->order = fixture->order * 10 + 3;
}

/* After a turn that is not late, watches are called in order. A busy machine can make a turn late,
 * so the test tries several times. */
static void watches_are_called_in_their_order(void **state)
{
	static const loop_ready_fn calls[] = { note_first, note_second, note_third };
	struct fixture *fixture = *state;
	struct loop_watch *watches[3];
	int fds[3], n_good = 0;

	for (int i = 0; i < 3; i++) {
		fds[i] = eventfd(0, EFD_NONBLOCK);
		watches[i] = loop_watch_new(fixture->loop, fds[i], calls[i], fixture);
		assert_int_equal(loop_watch_change(watches[i], EPOLLIN | EPOLLET), 0);
	}
	for (int tries = 0; n_good < 3 && tries < 1000; tries++) {
		for (int i = 0; i < 3; i++)
			assert_int_equal(eventfd_write(fds[i], 1), 0);
		fixture->order = 0;
		assert_int_equal(loop_turn(fixture->loop, 0), 0);
		n_good += fixture->order == 123;
		assert_int_equal(loop_turn(fixture->loop, 0), 0);
	}
	assert_int_equal(n_good, 3);
	for (int i = 0; i < 3; i++) {
		loop_watch_remove(watches[i]);
		close(fds[i]);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_ready_watch_is_called),
		TEST(the_work_of_each_watch_begins_anew),
		TEST(a_watch_removed_in_the_turn_is_not_called),
		TEST(without_events_a_hang_up_is_silent),
		TEST(ends_are_called_in_their_order),
		TEST(the_deadline_ends_the_wait),
		TEST(again_means_not_to_wait),
		TEST(signals_arrive_as_calls),
		TEST(a_crowd_is_served_in_one_turn),
		TEST(after_a_long_turn_the_next_one_gathers_more),
		TEST(a_late_turn_leaves_the_rest_to_the_next),
		TEST(a_watch_removed_after_a_late_turn_is_not_called),
		TEST(a_watch_removed_in_a_late_turn_is_not_called),
		TEST(a_removed_watch_wakes_nobody_any_more),
		TEST(each_change_of_a_watch_succeeds),
		TEST(what_cannot_be_watched_is_an_error_each_time),
		TEST(an_interrupted_turn_is_a_turn),
		TEST(watches_are_called_in_their_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
