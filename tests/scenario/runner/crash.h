/* What a server that dies at every event has to go on from: a snapshot now and then, and the
 * events since. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "world/event.h"
#include "world/outbox.h"
#include "world/world.h"

#define CRASH_EVENTS 7 /* between two snapshots */

/* All zero is a world without anything in it, which offers nothing. */
struct crash {
	struct buffer snapshot;
	struct buffer events;
	uint64_t fingerprints[CRASH_EVENTS]; /* of what came of each */
	struct crash_secret {
		uint64_t session;
		size_t at; /* in the events */
		size_t length;
	} secrets[CRASH_EVENTS];
	size_t n_secrets; /* that were not overwritten yet */
	size_t n_events;
	uint8_t offers; /* of each world: enum world_offer */
};

void crash_done(struct crash *crash);

/* The event has been dispatched, with that outcome; nothing was carried out yet. */
void crash_note(struct crash *crash, const struct event *event, const struct outbox *outbox);

/* From here on no event is needed to come to this world. */
void crash_take_snapshot(struct crash *crash, const struct world *world);

/* The world as the next process makes it: loaded, and gone through the events again. NULL:
 * that failed, or another outcome came of an event, as the reason says (static text). */
struct world *crash_go_on(struct crash *crash, const char **ret_reason);
