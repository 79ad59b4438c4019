/* The places where passwords of clients are stored. The next process learns from the event log and
 * the snapshot which passwords still have to be checked, so they stay there until the answer is in
 * the log. Then the password is overwritten in the log, and a snapshot that contains it must be
 * replaced. A replay takes the answer from the log.
 *
 * Other places: input is overwritten after it was reported (connection_wipe_input()), a recording
 * never contains passwords, and other owners overwrite their copies themselves (mem_free_secret()).
 * Sent and received bytes may stay in buffers of the kernel, which papod cannot reach. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "survival/event_log.h"
#include "world/event.h"
#include "world/outbox.h"
#include "world/world.h"

/* The sessions that hold a secret, see session_holds_secret(). All zero: none. */
struct secret_places {
	struct secret_holder **slots; /* by the low half of the session's id; NULL: no secret */
	size_t n_slots;
	size_t count;
	uint64_t stale; /* the last snapshot that may contain an outdated secret; 0: none */
};

void secret_places_done(struct secret_places *places);

/* The event has a secret, and is in this record of the log. NULL: it did not fit into the log. */
void secret_places_note(struct secret_places *places, struct event_log *log,
	const struct event_log_record *record, const struct event *event,
	const struct outbox *outbox);
/* The event's result is in the log too: overwrite the secrets of sessions that no longer need
 * them. */
void secret_places_settle(struct secret_places *places, struct event_log *log,
	const struct world *world, const struct event *event, const struct outbox *outbox);

/* Call after loading a snapshot, and after replaying its log: settle all sessions. */
void secret_places_load(struct secret_places *places, const struct world *world);
void secret_places_settle_all(
	struct secret_places *places, struct event_log *log, const struct world *world);

bool secret_places_are_stale(const struct secret_places *places, const struct event_log *log);

/* Does the current snapshot contain outdated secrets? */
static inline bool secret_places_want_snapshot(
	const struct secret_places *places, const struct event_log *log)
{
	return places->stale && secret_places_are_stale(places, log);
}
