/* When the next snapshot is written, and by whom. Knows clocks and counts, no processes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero at first. */
struct pace {
	uint64_t begun_ms;	   /* the last snapshot */
	uint64_t child_ms;	   /* no child begins one before, after failures */
	uint64_t own_ms;	   /* the server begins none before */
	uint64_t spare_ms;	   /* the server begins none before to shorten a long log */
	uint32_t n_child_failures; /* in a row */
	uint32_t n_own_failures;   /* in a row */
};

/* What the event log needs. */
struct pace_need {
	uint64_t now_ms;
	size_t bytes;
	bool is_long; /* see event_log_is_long() and so on */
	bool is_heavy;
	bool is_nearly_full;
	bool has_stopped; /* events are missing from it: only a snapshot makes it valid again */
	bool has_secrets; /* the last snapshot contains passwords that are no longer needed */
	bool has_child;	  /* a child is writing, or is not reaped yet */
};

enum pace_choice {
	PACE_WAIT,
	PACE_BY_CHILD,
	PACE_BY_US, /* the server itself, while all clients wait */
};

enum pace_choice pace_choose(const struct pace *pace, const struct pace_need *need);

void pace_begin(struct pace *pace, uint64_t now_ms);
bool pace_is_over(const struct pace *pace, uint64_t now_ms); /* the child's time is over */
void pace_child_done(struct pace *pace);
void pace_child_failed(struct pace *pace, uint64_t now_ms);
void pace_own_done(struct pace *pace, uint64_t now_ms, uint64_t took_ms);
void pace_own_failed(struct pace *pace, uint64_t now_ms);

/* When the answer of pace_choose() may change by itself; UINT64_MAX: never. */
uint64_t pace_next_deadline(const struct pace *pace, const struct pace_need *need);
