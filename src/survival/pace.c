/* Owns the pace of snapshots: a child writes them, so that no client waits. After failures the wait
 * for the next one grows. Meanwhile the log grows, so before it is full, or before a replay would
 * take long, the server writes a snapshot itself. */
#include "survival/pace.h"

#define CHILD_MS 30000
#define LEAST_WAIT_MS 1000
#define MOST_WAIT_MS 60000
#define OLD_MS 10000
#define SECRET_MS 5000
#define OLD_BYTES ((size_t) 256 << 10)
#define SHARE 10 /* at most 1/SHARE of the time goes into the server's own snapshots */

/* The wait doubles after each failure. */
static uint64_t wait_after(uint32_t n_failures)
{
	uint64_t wait_ms = LEAST_WAIT_MS;

	while (--n_failures && wait_ms < MOST_WAIT_MS)
		wait_ms *= 2;
	return wait_ms < MOST_WAIT_MS ? wait_ms : MOST_WAIT_MS;
}

/* When the log becomes too old even if nothing happens: a snapshot then frees its memory. */
static uint64_t old_ms(const struct pace *pace, const struct pace_need *need)
{
	if (need->has_secrets)
		return pace->begun_ms + SECRET_MS;
	return need->bytes > OLD_BYTES ? pace->begun_ms + OLD_MS : UINT64_MAX;
}

static bool is_snapshot_wanted(const struct pace *pace, const struct pace_need *need)
{
	return need->is_long || need->now_ms >= old_ms(pace, need);
}

static bool is_urgent(const struct pace_need *need)
{
	return need->has_stopped || need->is_nearly_full;
}

static bool is_long_overdue(const struct pace *pace, const struct pace_need *need)
{
	return pace->n_child_failures && need->is_heavy && need->now_ms >= pace->spare_ms;
}

enum pace_choice pace_choose(const struct pace *pace, const struct pace_need *need)
{
	if (is_urgent(need))
		return need->now_ms >= pace->own_ms ? PACE_BY_US : PACE_WAIT;
	if (need->has_child)
		return PACE_WAIT;
	if (need->now_ms >= pace->child_ms && is_snapshot_wanted(pace, need))
		return PACE_BY_CHILD;
	if (need->now_ms >= pace->own_ms && is_long_overdue(pace, need))
		return PACE_BY_US;
	return PACE_WAIT;
}

void pace_begin(struct pace *pace, uint64_t now_ms)
{
	pace->begun_ms = now_ms;
}

static uint64_t pace_child_deadline(const struct pace *pace)
{
	return pace->begun_ms + CHILD_MS;
}

bool pace_is_over(const struct pace *pace, uint64_t now_ms)
{
	return now_ms >= pace_child_deadline(pace);
}

void pace_child_done(struct pace *pace)
{
	pace->child_ms = pace->own_ms = 0;
	pace->n_child_failures = pace->n_own_failures = 0;
}

void pace_child_failed(struct pace *pace, uint64_t now_ms)
{
	pace->child_ms = now_ms + wait_after(++pace->n_child_failures);
}

void pace_own_done(struct pace *pace, uint64_t now_ms, uint64_t took_ms)
{
	pace->own_ms = 0;
	pace->n_own_failures = 0;
	pace->spare_ms = now_ms + SHARE * took_ms;
}

void pace_own_failed(struct pace *pace, uint64_t now_ms)
{
	pace->own_ms = now_ms + wait_after(++pace->n_own_failures);
}

uint64_t pace_next_deadline(const struct pace *pace, const struct pace_need *need)
{
	if (is_urgent(need))
		return pace->own_ms;
	if (need->has_child)
		return pace_child_deadline(pace);
	if (pace->n_child_failures && is_snapshot_wanted(pace, need))
		return pace->child_ms;
	return old_ms(pace, need);
}
