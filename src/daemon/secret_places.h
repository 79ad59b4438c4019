/* Passwords that clients have said, where they were written down. From the event log and from a
 * snapshot the next process learns what has yet to be checked, so a password has to be there until
 * the answer is there too. Then it is overwritten in the log, and a snapshot that holds it is to be
 * replaced. Who goes through the log again takes the answer from it, and asks nobody.
 *
 * Elsewhere: what was read is overwritten when it was reported (connection_wipe_input()), a
 * recording has no password from the start, and whatever else holds one overwrites it itself
 * (mem_free_secret()). What was said and sent stays in buffers of the kernel until it needs them
 * for something else: papod cannot reach these. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "survival/event_log.h"
#include "world/event.h"
#include "world/outbox.h"
#include "world/world.h"

/* Of sessions that hold a secret, see session_holds_secret(). All zero: there are none. */
struct secret_places {
	struct secret_holder **slots; /* by the low half of the session's id; NULL: it holds none */
	size_t n_slots;
	size_t count;
	uint64_t stale; /* number of the snapshot up to which one may hold too much; 0: none */
};

void secret_places_done(struct secret_places *places);

/* The event has a secret, and is in this record of the log. NULL: it could not be written. */
void secret_places_note(struct secret_places *places, struct event_log *log,
	const struct event_log_record *record, const struct event *event,
	const struct outbox *outbox);
/* What came of the event is in the log too: whoever it has left without a secret leaves none. */
void secret_places_settle(struct secret_places *places, struct event_log *log,
	const struct world *world, const struct event *event, const struct outbox *outbox);

/* A snapshot was loaded; and its log was gone through: once more for all. */
void secret_places_load(struct secret_places *places, const struct world *world);
void secret_places_settle_all(
	struct secret_places *places, struct event_log *log, const struct world *world);

bool secret_places_are_stale(const struct secret_places *places, const struct event_log *log);

/* A new snapshot would hold less than the one there is. */
static inline bool secret_places_want_snapshot(
	const struct secret_places *places, const struct event_log *log)
{
	return places->stale && secret_places_are_stale(places, log);
}
