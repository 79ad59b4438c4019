/* The replay of the events since the snapshot.
 *
 * An unreadable log is cut off at the first record that is damaged or of another release. The
 * snapshot and the records before the cut are intact, so only clients with later events are lost.
 *
 * An interrupted replay keeps its progress: after a crash during recovery, the next replay saves a
 * snapshot in the middle of the log now and then, and later processes begin there. For progress, a
 * process must load the snapshot, replay 10 ms of events, at least 512, and save. After 200 crashes
 * in a row without progress the log is dropped, and after 260 papod starts without any state. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/clients.h"
#include "daemon/engine.h"
#include "daemon/helpers.h"
#include "daemon/reload.h"
#include "daemon/secret_places.h"
#include "daemon/snapshot.h"
#include "survival/event_log.h"
#include "survival/stopwatch.h"

struct replay {
	struct engine *engine;
	struct clients *clients; /* their connections are detached */
	struct helpers *helpers; /* note the questions, but do not ask yet */
	struct reload *reload;	 /* notes requested reloads, and poisonous settings */
	struct secret_places *secrets;
	struct event_log *event_log;
	uint64_t number;		       /* of the event, from 1 */
	uint64_t fingerprint;		       /* of the last event's outbox */
	const struct event_log_record *record; /* of that event */
	const struct event *event;	       /* likewise, while it is dispatched */
	bool is_open;			       /* no fingerprint has followed it yet */
	bool is_again;	   /* the previous process crashed during its recovery: save progress */
	uint64_t n_before; /* number of events in a snapshot from the middle of the log */
	struct event_log_cursor end; /* how far the log can be replayed, after a failure */
	struct stopwatch save_watch;
	uint64_t save_ms; /* duration of the last snapshot in the middle of the log */
	struct stopwatch stopwatch;
	uint64_t load_ms; /* durations */
	uint64_t replay_ms;
	uint64_t *poisoners; /* sessions whose events are skipped */
	size_t n_poisoners;
	bool has_unended; /* an EVENT_CLOSED was skipped */
};

void replay_done(struct replay *replay);
/* The parts that the snapshot is loaded into. */
struct snapshot_parts replay_parts(const struct replay *replay);
/* Reset to the state before the first event. */
void replay_reset(struct replay *replay);
/* Replay the log. NULL, or why it can be replayed only up to replay->end (static text). */
const char *replay_log(struct replay *replay);
