/* The way of an event through the core: stamped with clock and dice, dispatched, its effects
 * carried out. Events that arrive meanwhile wait, so that the core is never entered twice. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "net/loop.h"
#include "world/event.h"
#include "world/outbox.h"
#include "world/world.h"

struct engine;

/* The receiver of an event's effects. */
struct engine_sink {
	void (*carry_out)(void *data, const struct outbox *outbox);
	void *data;
};

struct engine_calls {
	void (*before)(void *data, const struct event *event); /* stamped, before dispatch */
	/* Dispatched, before its effects are carried out. */
	void (*after)(void *data, const struct event *event, const struct outbox *outbox);
	/* Gets all effects of an event at once, so that it can prefetch memory for the next
	 * ones. */
	void (*carry_out)(void *data, const struct outbox *outbox);
	void (*done)(void *data, const struct event *event, const struct outbox *outbox);
	void *data;
};

/* Without a loop and calls (NULL) it only replays, and creation cannot fail. 0 or a negative
 * errno. */
int engine_new(struct loop *loop, const struct engine_calls *calls, struct engine **ret_engine);
void engine_free(struct engine *engine); /* with its world; NULL is allowed */

/* NULL: there is none yet. */
struct world *engine_world(const struct engine *engine);
/* Replace the world, and free the previous one. The engine takes ownership. NULL: none. */
void engine_set_world(struct engine *engine, struct world *world);

/* Dispatch an event and carry out its effects. Fills in the clock and the dice. If called from
 * inside an effect, the event waits until the other effects are carried out. */
void engine_handle(struct engine *engine, struct event *event);
/* Did the text of the last handled event contain a secret? Then the caller overwrites it where it
 * was read from. */
bool engine_saw_secret(const struct engine *engine);
/* Replay an event with its own clock and dice, without calling before() and after(). */
void engine_replay(
	struct engine *engine, const struct event *event, const struct engine_sink *sink);

/* The clock of events: the loop's, but it stops while the process is stopped. */
uint64_t engine_now_ms(struct engine *engine);
uint64_t engine_loop_ms(
	const struct engine *engine, uint64_t now_ms); /* the same in the loop's clock */
/* The next turn of the loop should begin then, at the latest. If it is much later, the process was
 * stopped. */
void engine_expect_turn(struct engine *engine, uint64_t deadline_ms);
/* Continue the clock from the last event of the world: the time until now does not count. */
void engine_resume_clock(struct engine *engine);
