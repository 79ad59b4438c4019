/* What a new process needs to continue where a crashed one stopped: a snapshot of everything, and
 * every event since. Both are in memfds that outlive the process.
 *
 * There are two places, each for a snapshot and the events after it. While a new snapshot is
 * being written into the other place, events already go there too; until it is done, the
 * old snapshot, its events and the new events make up the state. One store to the head
 * decides. An event is in the log before it is dispatched; a fingerprint of its effects follows. A
 * crash between any two instructions leaves a readable log. Until the next snapshot each new client
 * costs the events of its registration, about a third of a KiB; then that memory returns to the
 * system.
 *
 * A log is a row of records: length and kind (4 bytes each, native), then that many bytes,
 * filled up to a multiple of 8. Another release may read them, after a crash and before its own
 * first snapshot: see magic and version of the head, and HACKING.md. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

enum event_log_file {
	EVENT_LOG_HEAD,
	EVENT_LOG_EVENTS_A,
	EVENT_LOG_EVENTS_B,
	EVENT_LOG_SNAPSHOT_A,
	EVENT_LOG_SNAPSHOT_B,
	EVENT_LOG_FILES
};

enum event_log_kind {
	EVENT_LOG_EVENT = 1, /* an event, as the caller writes it */
	EVENT_LOG_DONE,	     /* its fingerprint, 8 bytes */
	EVENT_LOG_NOISE,     /* a note: input that became no event, see connection_note_noise() */
	EVENT_LOG_CUT,	     /* a note: output that was dropped, see connection_note_cut() */
	EVENT_LOG_SKIPPED,   /* an event that is no longer dispatched */
};

struct event_log_note {
	uint64_t session;
	uint64_t bytes;
	uint64_t is_swallowing;
};

/* How earlier attempts to recover ended. The next process sees each change, in this order. */
struct event_log_trials {
	_Atomic uint32_t n_starts;	 /* in a row that crashed during recovery from this log */
	_Atomic uint32_t n_deaths;	 /* crashes in a row while fatal_event was dispatched */
	_Atomic uint64_t fatal_event;	 /* its number in the log, from 1; 0: none */
	_Atomic uint64_t replayed_event; /* number of the event being dispatched; 0: none */
};

#define EVENT_LOG_DEATHS 16

/* Where processes crashed during recovery; see trials.h. Releases that do not know it leave it
 * unchanged. */
struct event_log_deaths {
	_Atomic uint64_t point;			   /* of the recovery that was reached; 0: none */
	_Atomic uint64_t count;			   /* of crashes since the last progress */
	_Atomic uint64_t n_in_row;		   /* of the last crashes, all at the same point */
	_Atomic uint64_t points[EVENT_LOG_DEATHS]; /* of the last crashes, by count */
};

struct event_log;

struct event_log_record {
	enum event_log_kind kind;
	const void *bytes;
	size_t length;
};

/* 0 or a negative errno. */
int event_log_new(struct event_log **ret_log);
/* Takes the descriptors over, even on failure: then *ret_reason says why they cannot be used
 * (static text). */
struct event_log *event_log_open(const int fds[EVENT_LOG_FILES], const char **ret_reason);
void event_log_free(
	struct event_log *log); /* the memory stays while another process has the files open */
int event_log_fd(const struct event_log *log, enum event_log_file file);
/* The name in /proc and in the store of the service manager, the same in all releases. */
const char *event_log_file_name(enum event_log_file file);

/* False: the record does not fit; nothing was added. A snapshot makes room. */
bool event_log_add_event(struct event_log *log, const struct buffer *bytes);
bool event_log_add_done(struct event_log *log, uint64_t fingerprint, size_t n_effects);
bool event_log_add_note(
	struct event_log *log, enum event_log_kind kind, struct event_log_note note);

/* The last record, if it is an event; valid until the next call. */
struct event_log_record event_log_last_event(const struct event_log *log);
/* The address of a record, which does not change while the record is in the log. */
uint64_t event_log_address(const struct event_log *log, const struct event_log_record *record);
/* The bytes at that address, which the caller may overwrite if a replay still has the same result.
 * NULL: they are no longer in the log. */
char *event_log_bytes_at(struct event_log *log, uint64_t address, size_t length);

/* Count a replayed event with that many effects, so that a long log is still long after
 * recovery. */
void event_log_weigh(struct event_log *log, size_t n_effects);

/* is_long: a replay would take about 100 ms, and no snapshot has begun. */
bool event_log_is_short(const struct event_log *log); /* far from all limits below */
bool event_log_is_long(const struct event_log *log);
bool event_log_is_heavy(const struct event_log *log);	    /* a replay would take about a second */
bool event_log_is_nearly_full(const struct event_log *log); /* three quarters are used */
size_t event_log_bytes(const struct event_log *log);	    /* of the events */
/* The memory of the events, which may be larger: up to 32 MiB in each place are kept from a long
 * log for the next events. A snapshot that begins while the log is not long returns it. */
size_t event_log_memory(const struct event_log *log);

/* A new snapshot: begin, write (possibly in a forked child, from the state at this moment), then
 * commit or abandon. Events may be added meanwhile. */
bool event_log_is_switching(const struct event_log *log); /* begun, not finished */
void event_log_begin_snapshot(struct event_log *log);
int event_log_write_snapshot(struct event_log *log, const struct buffer *bytes);
void event_log_commit_snapshot(struct event_log *log);
/* The number of snapshots committed so far, plus an inherited one. */
uint64_t event_log_snapshots(const struct event_log *log);
void event_log_abandon_snapshot(struct event_log *log);

/* Read what a crashed process left. Valid until something is added. */
const void *event_log_snapshot(const struct event_log *log, size_t *ret_length);

struct event_log_cursor {
	int part; /* the old events, then the new ones */
	size_t at;
	bool is_torn; /* the rest is malformed, which no crash can cause */
};

/* True for skipped events too: both count in the numbers of events. */
static inline bool event_log_is_event(const struct event_log_record *record)
{
	return record->kind == EVENT_LOG_EVENT || record->kind == EVENT_LOG_SKIPPED;
}

/* A cursor of zeros is at the start. False: the end. */
bool event_log_next(const struct event_log *log, struct event_log_cursor *cursor,
	struct event_log_record *ret_record);

/* Remove the record at the cursor and all behind it. */
void event_log_cut(struct event_log *log, const struct event_log_cursor *from);

/* While the log is read, and no snapshot has begun: replace everything before the cursor by this
 * snapshot. The cursor moves to the new start. 0 or a negative errno: nothing has changed. */
int event_log_move_start(
	struct event_log *log, struct event_log_cursor *cursor, const struct buffer *snapshot);

/* Find an event by number, from 1, skipped ones included. False: there is none. */
bool event_log_find_event(
	const struct event_log *log, uint64_t number, struct event_log_record *ret_record);
/* Turn the event into an EVENT_LOG_SKIPPED. */
void event_log_skip(struct event_log *log, uint64_t number);

/* In the shared memory, so the next process sees what is written there. */
struct event_log_trials *event_log_trials(struct event_log *log);
struct event_log_deaths *event_log_deaths(struct event_log *log);
/* Number of starts in a row that crashed between reading the configuration and applying it. */
_Atomic uint32_t *event_log_readings(struct event_log *log);
