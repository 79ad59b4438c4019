/* What this process counts for its metrics, beside what its parts count themselves. Nothing depends
 * on it. */
#pragma once

#include <stdint.h>

#include "base/histogram.h"
#include "base/log.h"
#include "command/commands.h"
#include "world/event.h"
#include "world/outbox.h"

#define METERS_TIMED_EVENTS 16 /* of so many lines, one is timed, as clocks cost time, too */

enum meters_tls {
	METERS_TLS_NONE,
	METERS_TLS_1_2,
	METERS_TLS_1_3,
	METERS_TLS_COUNT
};

struct meters {
	struct log log; /* counts each entry, and passes it on: */
	const struct log *sink;
	uint64_t entries[LOGBOOK_COUNT];
	uint64_t lines_received, bytes_received;
	uint64_t commands[COMMAND_COUNT + 1]; /* the last: of no known command */
	struct histogram command_times[COMMAND_COUNT + 1];
	uint64_t handshakes[METERS_TLS_COUNT]; /* of clients that connected */
	uint64_t n_banned;
	uint64_t n_stored;  /* answers of the database */
	uint64_t n_history; /* messages and other requests for what was said */
	uint64_t started_wall_ms;
	uint64_t begun_ns; /* of a line that is timed; 0: it is not */
};

/* Begin with nothing. The log of the meters is valid as long as they are. */
void meters_init(struct meters *meters, const struct log *sink);
/* Around each event. */
void meters_begin_event(struct meters *meters, const struct event *event);
void meters_end_event(
	struct meters *meters, const struct event *event, const struct outbox *outbox);
