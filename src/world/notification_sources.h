/* The state of the sources of notifications: how many messages each has sent, how many more it may
 * send now, and which wait for a channel that does not exist yet. A source is stored from its first
 * datagram until it is no longer in the settings. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/buffer.h"
#include "base/heap.h"
#include "base/list.h"
#include "base/pack.h"

struct settings;
struct world;

#define NOTIFICATIONS_WAITING 100 /* at most, of one source */

struct waiting_notification {
	struct list in_source;
	char *channel; /* as it was written */
	char *text;
	uint64_t expires_ms; /* in the event clock */
};

/* The last refusal, for the log, which gets at most one entry a minute. */
struct refused_notification {
	char *listener; /* NULL: none */
	char *address;
	char *reason;
	uint64_t count;	    /* since the last entry */
	uint64_t logged_ms; /* 0: never */
};

struct notification_source {
	struct list in_all;
	char *name;		/* as in the settings; "": for all senders that are no source */
	struct heap_node timer; /* when something expires or must be logged */
	uint64_t full_us;	/* when the bucket of its rate is full, in microseconds */
	uint64_t n_said;
	uint64_t n_refused;
	struct refused_notification refused;
	struct list waiting; /* struct waiting_notification, oldest first */
	size_t n_waiting;
};

struct notification_sources {
	struct list all; /* struct notification_source */
	struct heap timers;
	uint64_t last_number;
	size_t n_waiting;
};

void notification_sources_init(struct notification_sources *sources);
void notification_sources_done(struct notification_sources *sources);

/* Created if there is none. */
struct notification_source *notification_source_get(struct world *world, const char *name);
/* Free the sources that are not in the settings, with their waiting messages. */
void notification_sources_keep(struct world *world, const struct settings *settings);
/* The source with the earliest expired timer; NULL: none. */
struct notification_source *notification_sources_due(struct world *world);

/* True: the source may send that many lines now, and they were counted. */
bool notification_source_take(
	const struct world *world, struct notification_source *source, uint32_t n_lines);
void notification_source_note_said(struct notification_source *source);
/* False: too many wait already. */
bool notification_source_wait(struct world *world, struct notification_source *source,
	const char *channel, const char *text, uint64_t wait_ms);
void waiting_notification_free(struct world *world, struct notification_source *source,
	struct waiting_notification *waiting);
/* The channel exists now: messages that wait for it are due. */
void notification_sources_note_channel(struct world *world, const char *name);

void notification_source_refuse(struct world *world, struct notification_source *source,
	const char *listener, const struct address *address, const char *reason);
/* Is a log entry due? At most one a minute is. */
bool notification_source_is_to_log(
	const struct world *world, const struct notification_source *source);
void notification_source_note_logged(struct world *world, struct notification_source *source);

void notification_source_set_timer(struct world *world, struct notification_source *source);

/* Sums over all. */
uint64_t notification_sources_count_said(const struct notification_sources *sources);
uint64_t notification_sources_count_refused(const struct notification_sources *sources);

void notification_source_save(
	struct buffer *out, uint16_t id, const struct notification_source *source);
void notification_source_load(struct world *world, struct pack record);
/* As world_check(). */
const char *notification_sources_check(const struct notification_sources *sources);
