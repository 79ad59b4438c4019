/* The event loop: epoll, and nothing dies before the end of a turn.
 *
 * One turn: wait until something is ready or the deadline is over, read the clock
 * once, call each ready watch, run the end-of-turn calls (flush, sweep). A watch that is
 * removed during a turn is not called any more and is freed at its end. Once a turn has
 * taken 6 ms it is late: the other watches that are ready are left to the next one, which calls
 * the first and the last ones of them by turns.
 *
 * After a turn that took long and had several ready, the next one begins a little later, by
 * a 16th of it and at most a millisecond: what was said in answer is then one turn. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct loop_watch;

/* The events are those of epoll (EPOLLIN, EPOLLOUT, EPOLLERR ...). */
typedef void (*loop_ready_fn)(void *data, uint32_t events);
typedef void (*loop_call_fn)(void *data);

int loop_new(struct loop **ret_loop); /* 0 or a negative errno */
void loop_free(struct loop *loop);

/* A watch without events yet, for which nothing is reported, not even that the peer hung
 * up; never NULL. The descriptor stays the caller's; remove the watch before closing it. */
struct loop_watch *loop_watch_new(struct loop *loop, int fd, loop_ready_fn on_ready, void *data);
/* Level-triggered, unless EPOLLET is among the events. 0 or a negative errno. */
int loop_watch_change(struct loop_watch *watch, uint32_t events);
/* With EPOLLET: what is ready now is told once more in the next turn. 0 or a negative errno. */
int loop_watch_rearm(struct loop_watch *watch);
void loop_watch_remove(struct loop_watch *watch); /* NULL is fine */

/* Called at the end of each turn, in the order of adding. */
void loop_at_turn_end(struct loop *loop, loop_call_fn call, void *data);

/* The next turn does not wait: work came up outside of a turn, or after the end-of-turn
 * call that sees to it had run. */
void loop_again(struct loop *loop);

uint64_t loop_clock_ns(void); /* monotonic, read now */
uint64_t loop_clock_ms(void); /* the same clock */
/* The same, and remembered: what follows begins here. A turn does so before each watch. */
uint64_t loop_start_work(struct loop *loop);
uint64_t loop_work_start_ns(const struct loop *loop);

/* The turn had taken 6 ms already when the last piece of work began or ended: see above. */
bool loop_is_late(const struct loop *loop);

uint64_t loop_turns(const struct loop *loop); /* how many have begun */

/* Monotonic milliseconds, read once a turn. */
uint64_t loop_now_ms(const struct loop *loop);

/* Wait at most until then; UINT64_MAX: indefinitely. Set anew before each turn. */
int loop_turn(struct loop *loop, uint64_t deadline_ms); /* 0 or a negative errno */

/* Signals that arrive as calls between watches; they are blocked for the process. */
typedef void (*loop_signal_fn)(void *data, int signal_number);
int loop_signals(
	struct loop *loop, const int *signals, int n_signals, loop_signal_fn on_signal, void *data);
