/* Owns the epoll descriptor, the watches on it and the reading of the clock.
 *
 * Under load, turns grow. Each turn ends with a write to every client that has output, so the more
 * a turn serves, the more each write carries. While many descriptors are ready, a turn continues
 * for up to 6 ms. Clients that have waited for the end of a long turn all answer within a moment,
 * so the next turn waits up to a millisecond for them. With 16 messages in flight to 1,000 members
 * this saves a third of the CPU time and of the latency; 1,000 simultaneous joins take half.
 * Without load nothing waits. */
#include "net/loop.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"

#define LONG_TURN_NS 1000000
#define MOST_GATHER_NS 1000000
#define READY_MAX 64 /* in one epoll_wait() */
#define MOST_SERVING_NS 6000000

struct loop_watch {
	struct loop *loop;
	loop_ready_fn on_ready; /* NULL: removed, freed at the end of the turn */
	void *data;
	struct loop_watch *next_removed;
	int fd;
	uint32_t events; /* 0: not registered with epoll */
};

struct turn_end {
	loop_call_fn call;
	void *data;
};

struct loop {
	int epoll_fd;
	int signal_fd;
	uint64_t now_ms;
	uint64_t n_turns;
	bool is_again;
	uint64_t start_ns; /* of the turn */
	uint64_t work_ns;  /* see loop_start_work() */
	struct histogram times;
	uint64_t gather_ns; /* how long the next turn waits for more input */
	struct loop_watch *removed;
	struct turn_end *ends;
	size_t n_ends;
	struct loop_watch *signal_watch;
	loop_signal_fn on_signal;
	void *signal_data;
	struct epoll_event ready[READY_MAX];
	bool was_late;
};

uint64_t loop_clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t) now.tv_sec * 1000000000 + (uint64_t) now.tv_nsec;
}

uint64_t loop_clock_ms(void)
{
	return loop_clock_ns() / 1000000;
}

int loop_new(struct loop **ret_loop)
{
	struct loop *loop;
	int fd;

	fd = epoll_create1(EPOLL_CLOEXEC);
	if (fd < 0)
		return -errno;
	loop = mem_new(sizeof(*loop));
	loop->epoll_fd = fd;
	loop->signal_fd = -1;
	loop->now_ms = loop_clock_ms();
	*ret_loop = loop;
	return 0;
}

static void free_removed(struct loop *loop)
{
	while (loop->removed) {
		struct loop_watch *watch = loop->removed;

		loop->removed = watch->next_removed;
		free(watch);
	}
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	loop_watch_remove(loop->signal_watch);
	free_removed(loop);
	if (loop->signal_fd >= 0)
		close(loop->signal_fd);
	if (loop->epoll_fd >= 0)
		close(loop->epoll_fd);
	free(loop->ends);
	free(loop);
}

/* epoll(7): parent and child share the descriptor's list of watches. */
void loop_leave(struct loop *loop)
{
	close(TAKE_FD(loop->epoll_fd));
	if (loop->signal_fd >= 0)
		close(TAKE_FD(loop->signal_fd));
}

struct loop_watch *loop_watch_new(struct loop *loop, int fd, loop_ready_fn on_ready, void *data)
{
	struct loop_watch *watch = mem_new(sizeof(*watch));

	*watch = (struct loop_watch){ .loop = loop, .on_ready = on_ready, .data = data, .fd = fd };
	return watch;
}

int loop_watch_change(struct loop_watch *watch, uint32_t events)
{
	struct epoll_event event = { .events = events, .data = { .ptr = watch } };
	int operation = EPOLL_CTL_MOD;

	if (events == watch->events)
		return 0;
	if (!watch->events)
		operation = EPOLL_CTL_ADD;
	else if (!events)
		operation = EPOLL_CTL_DEL; /* otherwise epoll would report hang-ups all the time */
	if (epoll_ctl(watch->loop->epoll_fd, operation, watch->fd, &event) < 0)
		return -errno;
	watch->events = events;
	return 0;
}

int loop_watch_rearm(struct loop_watch *watch)
{
	struct epoll_event event = { .events = watch->events, .data = { .ptr = watch } };

	if (!watch->events)
		return 0;
	return epoll_ctl(watch->loop->epoll_fd, EPOLL_CTL_MOD, watch->fd, &event) < 0 ? -errno : 0;
}

void loop_watch_remove(struct loop_watch *watch)
{
	if (!watch || !watch->on_ready)
		return;
	/* It may be in this turn's list of ready watches, so it is freed later. */
	loop_watch_change(watch, 0);
	watch->on_ready = NULL;
	watch->next_removed = watch->loop->removed;
	watch->loop->removed = watch;
}

void loop_at_turn_end(struct loop *loop, loop_call_fn call, void *data)
{
	loop->ends = mem_resize(loop->ends, loop->n_ends + 1, sizeof(*loop->ends));
	loop->ends[loop->n_ends++] = (struct turn_end){ call, data };
}

void loop_again(struct loop *loop)
{
	loop->is_again = true;
}

uint64_t loop_turns(const struct loop *loop)
{
	return loop->n_turns;
}

const struct histogram *loop_times(const struct loop *loop)
{
	return &loop->times;
}

uint64_t loop_now_ms(const struct loop *loop)
{
	return loop->now_ms;
}

uint64_t loop_wall_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t) now.tv_sec * 1000 + (uint64_t) now.tv_nsec / 1000000;
}

static int epoll_wait_ms(const struct loop *loop, uint64_t deadline_ms)
{
	uint64_t now_ms;

	if (loop->is_again)
		return 0;
	if (deadline_ms == UINT64_MAX)
		return -1;
	now_ms = loop_clock_ms();
	if (deadline_ms <= now_ms)
		return 0;
	return deadline_ms - now_ms < INT_MAX ? (int) (deadline_ms - now_ms) : INT_MAX;
}

uint64_t loop_start_work(struct loop *loop)
{
	loop->work_ns = loop_clock_ns();
	return loop->work_ns;
}

uint64_t loop_work_start_ns(const struct loop *loop)
{
	return loop->work_ns;
}

bool loop_is_late(const struct loop *loop)
{
	return loop->work_ns - loop->start_ns >= MOST_SERVING_NS;
}

static void call_watch(const struct epoll_event *event)
{
	struct loop_watch *watch = event->data.ptr;

	if (watch->on_ready)
		watch->on_ready(watch->data, event->events);
}

/* Edges are reported only once, so re-arm the watches for the next turn. */
static void leave_to_next_turn(struct loop *loop, int first, int last)
{
	for (int i = first; i <= last; i++) {
		struct loop_watch *watch = loop->ready[i].data.ptr;

		if (watch->on_ready)
			(void) loop_watch_rearm(watch);
	}
}

/* Call in order; but after a late turn alternate between the first and the last, because the last
 * may need little and would wait for the work of all others. False: the turn is late. */
static bool call_ready(struct loop *loop, int n_ready)
{
	int first = 0, last = n_ready - 1;

	for (bool is_last = false; first <= last; is_last = loop->was_late && !is_last) {
		call_watch(is_last ? &loop->ready[last--] : &loop->ready[first++]);
		(void) loop_start_work(loop);
		if (!loop_is_late(loop))
			continue;
		leave_to_next_turn(loop, first, last);
		return false;
	}
	return true;
}

/* If epoll's list was full, more are ready. Serve them in the same turn, so that its writes carry
 * more, unless it becomes late. True: it did. */
static bool serve_ready(struct loop *loop, int n_ready)
{
	while (call_ready(loop, n_ready)) {
		if (n_ready < READY_MAX)
			return false;
		n_ready = epoll_wait(loop->epoll_fd, loop->ready, READY_MAX, 0);
	}
	return true;
}

/* Under load: after a long turn with several ready watches, the clients that waited for it all
 * answer about now. After a short pause one turn serves all of them, and its writes carry more. */
static void plan_gathering(struct loop *loop, int n_ready)
{
	uint64_t took_ns = loop_clock_ns() - loop->start_ns;

	histogram_add(&loop->times, took_ns);
	loop->gather_ns = 0;
	if (n_ready <= 1)
		return;
	if (took_ns > LONG_TURN_NS)
		loop->gather_ns = took_ns / 16 < MOST_GATHER_NS ? took_ns / 16 : MOST_GATHER_NS;
}

static void gather_events(const struct loop *loop)
{
	const struct timespec pause = { .tv_nsec = (long) loop->gather_ns };

	if (loop->gather_ns)
		nanosleep(&pause, NULL);
}

int loop_turn(struct loop *loop, uint64_t deadline_ms)
{
	int n_ready;

	gather_events(loop);
	n_ready = epoll_wait(
		loop->epoll_fd, loop->ready, READY_MAX, epoll_wait_ms(loop, deadline_ms));
	if (n_ready < 0 && errno != EINTR)
		return -errno;
	loop->start_ns = loop_start_work(loop);
	loop->now_ms = loop->start_ns / 1000000;
	loop->n_turns++;
	loop->is_again = false;
	loop->was_late = serve_ready(loop, n_ready);
	for (size_t i = 0; i < loop->n_ends; i++)
		loop->ends[i].call(loop->ends[i].data);
	free_removed(loop);
	plan_gathering(loop, n_ready);
	return 0;
}

static void on_signal_ready(void *data, uint32_t events)
{
	struct loop *loop = data;
	struct signalfd_siginfo info;

	(void) events;
	if (read(loop->signal_fd, &info, sizeof(info)) == sizeof(info))
		loop->on_signal(loop->signal_data, (int) info.ssi_signo);
}

int loop_signals(
	struct loop *loop, const int *signals, int n_signals, loop_signal_fn on_signal, void *data)
{
	sigset_t set;

	sigemptyset(&set);
	for (int i = 0; i < n_signals; i++)
		sigaddset(&set, signals[i]);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	loop->signal_fd = signalfd(loop->signal_fd, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (loop->signal_fd < 0)
		return -errno;
	loop->on_signal = on_signal;
	loop->signal_data = data;
	if (!loop->signal_watch)
		loop->signal_watch = loop_watch_new(loop, loop->signal_fd, on_signal_ready, loop);
	return loop_watch_change(loop->signal_watch, EPOLLIN);
}
