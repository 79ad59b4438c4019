/* Crashes during recovery, counted in memory that outlives the process.
 *
 * One crash proves nothing: papod may be killed again and again, at any point. Only crashes at the
 * same point are evidence that something there is fatal. The longer a point takes, the more crashes
 * there can be chance, so the more are needed as evidence.
 *
 * Each crash is stored with the point that was reached: an event, a record of the snapshot, a
 * check. Three in a row make an event poison, two if the process that wrote the log crashed there.
 * After five in a row at another short point the log is dropped, after seven the snapshot too. The
 * part of the snapshot before the world has no such points: there the limit is sixty. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "survival/event_log.h"

enum trial_point {
	TRIAL_NONE,
	TRIAL_LOOK, /* before the snapshot is loaded */
	TRIAL_LOAD, /* loading the snapshot, up to the world */
	TRIAL_SAVE, /* a snapshot in the middle of the log */
	TRIAL_CHECK,
	TRIAL_ATTACH, /* all is restored: crashes from here on discard nothing */
};

/* Count the crash of the last process; call first. */
void trials_begin(struct event_log *log);
/* The events up to that number are in a snapshot now; the next event has number 1. */
void trials_pass(struct event_log *log, uint64_t number);
/* Everything is restored: forget earlier crashes. */
void trials_succeed(struct event_log *log);
/* The recovery is over. */
void trials_end(struct event_log *log);

void trials_reach(struct event_log *log, enum trial_point point);
/* Reached that record of the world. */
void trials_reach_load(struct event_log *log, uint64_t number);
/* Reached that record of the log, between two events. */
void trials_reach_record(struct event_log *log, uint64_t number);

/* The number of the event with enough crashes; 0: none. */
uint64_t trials_fatal_event(struct event_log *log);
/* Forget the crashes at that event. */
void trials_forget_event(struct event_log *log, uint64_t number);

bool trials_is_again(struct event_log *log);	/* the last process crashed during its recovery */
bool trials_may_save(struct event_log *log);	/* a snapshot in the middle of the log */
bool trials_may_replay(struct event_log *log);	/* the log */
bool trials_may_restore(struct event_log *log); /* anything at all */
