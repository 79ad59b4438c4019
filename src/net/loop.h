/* The event loop: epoll, and nothing is freed before the end of a turn.
 *
 * One turn: wait until something is ready or the deadline has passed, read the clock once, call
 * each ready watch, run the end-of-turn calls (flush, sweep). A watch that is removed during a turn
 * is no longer called, and is freed at its end. Once a turn has taken 6 ms it is late: the other
 * ready watches are left for the next turn, which calls the first and the last of them alternately.
 *
 * After a long turn with several ready watches, the next one begins a little later, by a 16th of
 * that turn and at most a millisecond, so that all answers to it fall into one turn. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/histogram.h"

struct loop;
struct loop_watch;

/* The events are those of epoll (EPOLLIN, EPOLLOUT, EPOLLERR ...). */
typedef void (*loop_ready_fn)(void *data, uint32_t events);
typedef void (*loop_call_fn)(void *data);

int loop_new(struct loop **ret_loop); /* 0 or a negative errno */
void loop_free(struct loop *loop);
/* In a forked process: stop sharing the loop of the parent, so that its watches can be removed
 * without changing those of the parent. The loop can only be freed then. */
void loop_leave(struct loop *loop);

/* Create a watch without events, for which nothing is reported, not even a hang-up; never NULL. The
 * caller owns the descriptor, and must remove the watch before closing it. */
struct loop_watch *loop_watch_new(struct loop *loop, int fd, loop_ready_fn on_ready, void *data);
/* Level-triggered, unless EPOLLET is among the events. EPOLLEXCLUSIVE can only be added to a watch
 * without events, and removed with all of them. 0 or a negative errno. */
int loop_watch_change(struct loop_watch *watch, uint32_t events);
/* With EPOLLET: report current readiness once more in the next turn. 0 or a negative errno. */
int loop_watch_rearm(struct loop_watch *watch);
void loop_watch_remove(struct loop_watch *watch); /* NULL is allowed */

/* Called at the end of each turn, in the order of adding. */
void loop_at_turn_end(struct loop *loop, loop_call_fn call, void *data);

/* The next turn does not wait: work was added outside of a turn, or after the end-of-turn call for
 * it had run. */
void loop_again(struct loop *loop);

uint64_t loop_clock_ns(void); /* monotonic, read now */
uint64_t loop_clock_ms(void); /* the same clock */
/* Read the clock and store it as the start of the next piece of work. A turn does so before each
 * watch. */
uint64_t loop_start_work(struct loop *loop);
uint64_t loop_work_start_ns(const struct loop *loop);

/* Had the turn taken 6 ms when the last piece of work began or ended? See above. */
bool loop_is_late(const struct loop *loop);

uint64_t loop_turns(const struct loop *loop); /* number of turns begun */
/* How long the turns took: what became ready meanwhile waited at most as long. */
const struct histogram *loop_times(const struct loop *loop);

/* Of two deadlines. */
static inline uint64_t loop_earlier(uint64_t a_ms, uint64_t b_ms)
{
	return a_ms < b_ms ? a_ms : b_ms;
}

/* Monotonic milliseconds, read once a turn. */
uint64_t loop_now_ms(const struct loop *loop);
uint64_t loop_wall_ms(void); /* since 1970, read anew by each call */

/* Run a turn that waits at most until the deadline; UINT64_MAX: indefinitely. */
int loop_turn(struct loop *loop, uint64_t deadline_ms); /* 0 or a negative errno */

/* Called for a signal, between watches; the signals are blocked for the process. */
typedef void (*loop_signal_fn)(void *data, int signal_number);
int loop_signals(
	struct loop *loop, const int *signals, int n_signals, loop_signal_fn on_signal, void *data);
