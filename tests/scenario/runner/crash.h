/* What a server that crashes at every event continues from: a snapshot now and then, and the events
 * since. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "world/event.h"
#include "world/outbox.h"
#include "world/world.h"

#define CRASH_EVENTS 7 /* between two snapshots */

/* All zero is an empty world. */
struct crash {
	struct buffer snapshot;
	struct buffer events;
	uint64_t fingerprints[CRASH_EVENTS]; /* of the outbox of each */
	struct crash_secret {
		uint64_t session;
		size_t at; /* in the events */
		size_t length;
	} secrets[CRASH_EVENTS];
	size_t n_secrets; /* not overwritten yet */
	size_t n_events;
};

void crash_done(struct crash *crash);

/* The event was dispatched, with that outbox, which is not carried out yet. */
void crash_note(struct crash *crash, const struct event *event, const struct outbox *outbox);

/* Save the world, so that earlier events are no longer needed. */
void crash_take_snapshot(struct crash *crash, const struct world *world);

/* The world of the next process: loads the snapshot and replays the events. NULL: that failed, or
 * an event had another result, with the reason (static text). */
struct world *crash_go_on(struct crash *crash, const char **ret_reason);
