/* The way of an event through the core: stamped with clock and dice, dispatched, its effects
 * carried out. Events that come meanwhile wait, so that the core never meets itself. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "net/loop.h"
#include "world/event.h"
#include "world/outbox.h"
#include "world/world.h"

struct engine;

/* Whoever gets the effects of an event. */
struct engine_sink {
	void (*carry_out)(void *data, const struct outbox *outbox);
	void *data;
};

struct engine_calls {
	void (*before)(void *data, const struct event *event); /* stamped, not dispatched yet */
	/* Its effects are not carried out yet. */
	void (*after)(void *data, const struct event *event, const struct outbox *outbox);
	/* All effects of an event at once, as their number and order help with fetching what they
	 * need. */
	void (*carry_out)(void *data, const struct outbox *outbox);
	void *data;
};

/* Without a loop and calls (NULL) it only replays, which needs nothing of the system: always 0.
 * Else 0 or a negative errno. */
int engine_new(struct loop *loop, const struct engine_calls *calls, struct engine **ret_engine);
void engine_free(struct engine *engine); /* with its world; NULL is fine */

/* NULL: there is none yet. */
struct world *engine_world(const struct engine *engine);
/* Instead of the one before, which is freed. The engine's from now on. NULL: none. */
void engine_set_world(struct engine *engine, struct world *world);

/* One event through the core, and its effects carried out. The clock and the dice are filled in
 * here. Called from inside an effect, the event waits until the others have been carried out. */
void engine_handle(struct engine *engine, struct event *event);
/* The text of the last event that was handled has a secret in it. Whoever has read it from
 * somewhere overwrites it there. */
bool engine_saw_secret(const struct engine *engine);
/* An event of the past: with the clock and dice that it had, and neither before() nor after(). */
void engine_replay(
	struct engine *engine, const struct event *event, const struct engine_sink *sink);

/* The clock of the events: the loop's, but it stands still while the process does not run. */
uint64_t engine_now_ms(struct engine *engine);
uint64_t engine_loop_ms(const struct engine *engine, uint64_t now_ms); /* as the loop has it */
/* The next turn of the loop is to come then, at the latest. Much later, the process was stopped. */
void engine_expect_turn(struct engine *engine, uint64_t deadline_ms);
/* Go on from the last event of the world: the time until now does not count. */
void engine_resume_clock(struct engine *engine);
