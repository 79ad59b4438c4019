/* The layout of the event log: what its files share, and no other file. */
#pragma once

#include <stdatomic.h>

#include "survival/event_log.h"

/* Bits of head.phase: which place is good; whether events go to the other place; whether the length
 * of the good place's events is merged_length. */
#define PHASE_PLACE 1u
#define PHASE_SWITCHING 2u
#define PHASE_MERGED 4u

/* Later releases add fields at the end, which older ones ignore. */
struct head {
	uint64_t magic;
	uint32_t version;
	uint32_t head_bytes; /* a release that knows more fields finds zeros there */
	_Atomic uint32_t phase;
	_Atomic uint32_t n_readings;
	_Atomic uint64_t length[2]; /* of the events */
	_Atomic uint64_t snapshot_length[2];
	_Atomic uint64_t merged_length;
	struct event_log_trials trials;
	struct event_log_deaths deaths;
};

struct record_head {
	uint32_t length;
	uint32_t kind;
};

struct event_log {
	int fds[EVENT_LOG_FILES];
	struct head *head;
	char *events[2];
	uint64_t weight[2]; /* of the events in each place */
	uint64_t start[2];  /* the address of the first of them */
	size_t kept[2];	    /* bytes with memory, but without events */
	bool keeps_memory;  /* the log was long when the last snapshot began */
	uint64_t n_snapshots;
	struct event_log_record last_event; /* the last that was added */
	/* The mapping of the snapshot that is being read. */
	void *snapshot;
	size_t snapshot_length;
};

static inline uint32_t current_phase(const struct event_log *log)
{
	return atomic_load_explicit(&log->head->phase, memory_order_acquire);
}

static inline bool is_switching(const struct event_log *log)
{
	return current_phase(log) & PHASE_SWITCHING;
}

static inline unsigned int good_place(const struct event_log *log)
{
	return current_phase(log) & PHASE_PLACE;
}

static inline size_t length_of(const struct event_log *log, unsigned int place)
{
	bool is_merged = current_phase(log) & PHASE_MERGED && place == good_place(log);

	return atomic_load_explicit(
		is_merged ? &log->head->merged_length : &log->head->length[place],
		memory_order_acquire);
}

static inline void set_length(struct event_log *log, unsigned int place, size_t length)
{
	atomic_store_explicit(&log->head->length[place], length, memory_order_release);
}

static inline size_t padded_length(size_t length)
{
	return (length + 7) & ~(size_t) 7;
}

/* Map the snapshot of the good place, if it has one. NULL, or why it cannot be mapped (static
 * text). */
const char *event_log_map_snapshot(struct event_log *log);
void event_log_unmap_snapshot(struct event_log *log);
