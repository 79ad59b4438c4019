/* What a new process needs to go on where a dead one stopped: a snapshot of everything,
 * and every event since. Both lie in memfds that outlive the process.
 *
 * There are two places, each for a snapshot and the events after it. While a new snapshot is
 * being written into the other place, events already go there too; until it is done, the
 * old snapshot, its events and the new events make up the state. One store to the head
 * decides. An event is in the log before it is dispatched; a fingerprint of what came of it
 * follows. Death between any two instructions leaves a log that can be read. Until the next
 * snapshot each client that came costs the events of its registration, about a third of a KiB; then
 * that memory goes back to the system.
 *
 * A log is a row of records: length and kind (4 bytes each, native), then that many bytes,
 * filled up to a multiple of 8. Another release may read them, after a death and before the
 * first snapshot of its own: see magic and version of the head, and HACKING.md. */
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
	EVENT_LOG_SKIPPED,   /* an event that is not to be dispatched any more */
};

struct event_log_note {
	uint64_t session;
	uint64_t bytes;
	uint64_t is_swallowing;
};

/* How the attempts to go on went, for when they go wrong. Each change is seen by the next
 * process, in this order. */
struct event_log_trials {
	_Atomic uint32_t n_starts;	 /* in a row that died while going on from here */
	_Atomic uint32_t n_deaths;	 /* in a row while fatal_event was dispatched */
	_Atomic uint64_t fatal_event;	 /* its number in the log, from 1; 0: none */
	_Atomic uint64_t replayed_event; /* is being dispatched right now; 0: none */
};

#define EVENT_LOG_DEATHS 16

/* Where processes died during their recovery; see trials.h. Releases that do not know it leave it
 * as it is. */
struct event_log_deaths {
	_Atomic uint64_t point;			   /* of going on that is reached; 0: none */
	_Atomic uint64_t count;			   /* of deaths since something was achieved */
	_Atomic uint64_t n_in_row;		   /* of the last ones, all at the same point */
	_Atomic uint64_t points[EVENT_LOG_DEATHS]; /* of the last ones, by count */
};

struct event_log;

struct event_log_record {
	enum event_log_kind kind;
	const void *bytes;
	size_t length;
};

/* 0 or a negative errno. */
int event_log_new(struct event_log **ret_log);
/* Takes the descriptors over, also when it fails: then *ret_reason says why they cannot be
 * trusted (static text). */
struct event_log *event_log_open(const int fds[EVENT_LOG_FILES], const char **ret_reason);
void event_log_free(struct event_log *log); /* the memory stays if somebody keeps the files */
int event_log_fd(const struct event_log *log, enum event_log_file file);
/* In /proc, and in the store of the service manager: releases know each other's by it. */
const char *event_log_file_name(enum event_log_file file);

/* False: the record does not fit; nothing was added. A snapshot makes room. */
bool event_log_add_event(struct event_log *log, const struct buffer *bytes);
bool event_log_add_done(struct event_log *log, uint64_t fingerprint, size_t n_effects);
bool event_log_add_note(
	struct event_log *log, enum event_log_kind kind, struct event_log_note note);

/* What was added last, if that is an event; valid until the next function. */
struct event_log_record event_log_last_event(const struct event_log *log);
/* Records can be found again by their address, which stays the same while they are in the log. */
uint64_t event_log_address(const struct event_log *log, const struct event_log_record *record);
/* What lies there, to be overwritten by as much: whoever reads the log then must come to the same.
 * NULL: it is not in the log any more. */
char *event_log_bytes_at(struct event_log *log, uint64_t address, size_t length);

/* An event was replayed, with that many effects: a log that is long stays so for its next
 * owner. */
void event_log_weigh(struct event_log *log, size_t n_effects);

/* A replay would take about 100 ms, and no snapshot has been begun. */
bool event_log_is_short(const struct event_log *log); /* nothing below is true, by far */
bool event_log_is_long(const struct event_log *log);
bool event_log_is_heavy(const struct event_log *log);	    /* it would take about a second */
bool event_log_is_nearly_full(const struct event_log *log); /* three quarters are used */
size_t event_log_bytes(const struct event_log *log);	    /* that the events take */
/* The same, or more: memory that a long log had is kept for the next events, up to 32 MiB in each
 * place. A snapshot that begins while the log is not long gives it back. */
size_t event_log_memory(const struct event_log *log);

/* A new snapshot: begin, write (perhaps in a forked child, from what is at this moment), and
 * then commit or give up. Events may be added meanwhile. */
bool event_log_is_switching(const struct event_log *log); /* begun, and neither of the two */
void event_log_begin_snapshot(struct event_log *log);
int event_log_write_snapshot(struct event_log *log, const struct buffer *bytes);
void event_log_commit_snapshot(struct event_log *log);
/* Committed so far, and the one that was there before. */
uint64_t event_log_snapshots(const struct event_log *log);
void event_log_abandon_snapshot(struct event_log *log);

/* Reading what a dead process left. Valid until something is added. */
const void *event_log_snapshot(const struct event_log *log, size_t *ret_length);

struct event_log_cursor {
	int part; /* the old events, then the new ones */
	size_t at;
	bool is_torn; /* the rest makes no sense, which no death leaves behind */
};

/* Also one that is skipped: both count where events have numbers. */
static inline bool event_log_is_event(const struct event_log_record *record)
{
	return record->kind == EVENT_LOG_EVENT || record->kind == EVENT_LOG_SKIPPED;
}

/* All zero is the start. False: that was all. */
bool event_log_next(const struct event_log *log, struct event_log_cursor *cursor,
	struct event_log_record *ret_record);

/* Neither the record at the cursor nor those behind it are in the log any more. */
void event_log_cut(struct event_log *log, const struct event_log_cursor *from);

/* While the log is read, and no snapshot is begun: what lies before the cursor is in this snapshot,
 * and the log begins with the rest. The cursor is moved to its start. 0 or a negative errno:
 * nothing has changed. */
int event_log_move_start(
	struct event_log *log, struct event_log_cursor *cursor, const struct buffer *snapshot);

/* Counts also those that are skipped, from 1. False: there is none of that number. */
bool event_log_find_event(
	const struct event_log *log, uint64_t number, struct event_log_record *ret_record);
/* From now on it is an EVENT_LOG_SKIPPED. */
void event_log_skip(struct event_log *log, uint64_t number);

/* In the shared memory: what is written there is known to the next process. */
struct event_log_trials *event_log_trials(struct event_log *log);
struct event_log_deaths *event_log_deaths(struct event_log *log);
/* Starts in a row that died between reading the configuration and having it in force. */
_Atomic uint32_t *event_log_readings(struct event_log *log);
