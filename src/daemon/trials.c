/* Owns the counting of crashes, and how many of them are enough. */
#include "daemon/trials.h"

#include <stdatomic.h>

/* Crashes at one event; fewer if the process that wrote the log crashed there too. */
#define ENOUGH_DEATHS 3
#define ENOUGH_DEATHS_WITH_WRITER 2
/* Crashes in a row at one short point: up to MOST_REPLAYS with the log, then without it. */
#define MOST_REPLAYS 5
#define MOST_RESTORES 7
/* In a row while the snapshot is loaded. Loading may take most of the recovery, so random kills
 * often hit it. */
#define MOST_LOADS 60
#define MOST_SAVES 3
/* Crashes anywhere without progress: up to MOST_DEATHS_WITH_LOG with the log, then without it. */
#define MOST_DEATHS_WITH_LOG 200
#define MOST_DEATHS 260

/* Points are small numbers, or one of these and a number. */
#define RECORD_POINT ((uint64_t) 1 << 60)
#define EVENT_POINT ((uint64_t) 2 << 60)
#define WRITER_POINT ((uint64_t) 3 << 60) /* an event that crashed the writer of the log */
#define LOAD_POINT ((uint64_t) 4 << 60)
#define POINT_KIND ((uint64_t) 15 << 60)

/* The event that was being dispatched when the writer crashed; 0: none. */
static uint64_t find_open_event(const struct event_log *log)
{
	struct event_log_cursor cursor = { 0 };
	struct event_log_record record;
	uint64_t number = 0, open = 0;

	while (event_log_next(log, &cursor, &record)) {
		if (event_log_is_event(&record))
			number++;
		if (record.kind == EVENT_LOG_EVENT)
			open = number;
		else if (record.kind == EVENT_LOG_DONE)
			open = 0;
	}
	return open;
}

static size_t count_known(const struct event_log_deaths *deaths)
{
	uint64_t count = deaths->count;

	return count < EVENT_LOG_DEATHS ? (size_t) count : EVENT_LOG_DEATHS;
}

static void forget_deaths(struct event_log_deaths *deaths)
{
	deaths->count = 0;
	deaths->n_in_row = 0;
	for (size_t i = 0; i < EVENT_LOG_DEATHS; i++)
		deaths->points[i] = TRIAL_NONE;
}

static uint64_t last_point(const struct event_log_deaths *deaths)
{
	return deaths->count ? deaths->points[(deaths->count - 1) % EVENT_LOG_DEATHS] : TRIAL_NONE;
}

static void add_death(struct event_log_deaths *deaths, uint64_t point)
{
	deaths->n_in_row = last_point(deaths) == point ? deaths->n_in_row + 1 : 1;
	deaths->points[deaths->count % EVENT_LOG_DEATHS] = point;
	deaths->count++;
}

static uint64_t in_row(const struct event_log_deaths *deaths, uint64_t point)
{
	return last_point(deaths) == point ? deaths->n_in_row : 0;
}

static size_t count_at(const struct event_log_deaths *deaths, uint64_t point)
{
	size_t n = 0;

	for (size_t i = 0; i < count_known(deaths); i++)
		n += deaths->points[i] == point;
	return n;
}

/* Where the last process crashed. A crash in here may lose one from the count, but never counts one
 * twice. */
static uint64_t take_point(struct event_log *log)
{
	struct event_log_trials *trials = event_log_trials(log);
	struct event_log_deaths *deaths = event_log_deaths(log);
	uint64_t event = trials->replayed_event, point = deaths->point;

	trials->replayed_event = 0;
	deaths->point = TRIAL_NONE;
	return event ? EVENT_POINT | event : point;
}

/* Before the first attempt n_starts is 0. Any counts then are from another log, because an older
 * release does not clear them. */
void trials_begin(struct event_log *log)
{
	struct event_log_trials *trials = event_log_trials(log);
	struct event_log_deaths *deaths = event_log_deaths(log);
	uint64_t point = take_point(log), open = 0;

	trials->n_deaths = 0;
	trials->fatal_event = 0;
	if (!trials->n_starts) {
		forget_deaths(deaths);
		open = find_open_event(log);
	}
	trials->n_starts = 1;
	if (open)
		add_death(deaths, WRITER_POINT | open);
	if (point)
		add_death(deaths, point);
}

static uint64_t shifted_point(uint64_t point, uint64_t by)
{
	uint64_t number = point & ~POINT_KIND;

	if ((point & POINT_KIND) != EVENT_POINT && (point & POINT_KIND) != WRITER_POINT)
		return TRIAL_NONE;
	return number > by ? point - by : TRIAL_NONE;
}

/* A crash in here loses counts, but never assigns one to another event. */
void trials_pass(struct event_log *log, uint64_t number)
{
	struct event_log_deaths *deaths = event_log_deaths(log);
	uint64_t left[EVENT_LOG_DEATHS], n = 0;

	for (size_t i = 0; i < count_known(deaths); i++) {
		uint64_t point = shifted_point(deaths->points[i], number);

		if (point & POINT_KIND)
			left[n++] = point;
	}
	forget_deaths(deaths);
	for (size_t i = 0; i < n; i++)
		add_death(deaths, left[i]);
}

void trials_succeed(struct event_log *log)
{
	trials_reach(log, TRIAL_ATTACH);
	forget_deaths(event_log_deaths(log));
	event_log_trials(log)->n_starts = 0;
}

void trials_end(struct event_log *log)
{
	event_log_deaths(log)->point = TRIAL_NONE;
}

static void reach_point(struct event_log *log, uint64_t point)
{
	atomic_store_explicit(&event_log_deaths(log)->point, point, memory_order_release);
}

void trials_reach(struct event_log *log, enum trial_point point)
{
	reach_point(log, point);
}

void trials_reach_load(struct event_log *log, uint64_t number)
{
	reach_point(log, LOAD_POINT | number);
}

void trials_reach_record(struct event_log *log, uint64_t number)
{
	reach_point(log, RECORD_POINT | number);
}

static bool is_fatal(const struct event_log_deaths *deaths, uint64_t number)
{
	size_t n_by_writer = count_at(deaths, WRITER_POINT | number);
	size_t n_deaths = n_by_writer + count_at(deaths, EVENT_POINT | number);

	return n_deaths >= (n_by_writer ? ENOUGH_DEATHS_WITH_WRITER : ENOUGH_DEATHS);
}

uint64_t trials_fatal_event(struct event_log *log)
{
	const struct event_log_deaths *deaths = event_log_deaths(log);

	for (size_t i = 0; i < count_known(deaths); i++) {
		uint64_t point = deaths->points[i], number = point & ~POINT_KIND;

		if ((point & POINT_KIND) == EVENT_POINT && is_fatal(deaths, number))
			return number;
	}
	return 0;
}

void trials_forget_event(struct event_log *log, uint64_t number)
{
	struct event_log_deaths *deaths = event_log_deaths(log);

	for (size_t i = 0; i < EVENT_LOG_DEATHS; i++)
		if (deaths->points[i] == (EVENT_POINT | number) ||
			deaths->points[i] == (WRITER_POINT | number))
			deaths->points[i] = TRIAL_NONE;
}

bool trials_is_again(struct event_log *log)
{
	const struct event_log_deaths *deaths = event_log_deaths(log);

	return deaths->count > 1 ||
	       (deaths->count && (last_point(deaths) & POINT_KIND) != WRITER_POINT);
}

bool trials_may_save(struct event_log *log)
{
	return in_row(event_log_deaths(log), TRIAL_SAVE) < MOST_SAVES;
}

static bool kills_at_a_record(const struct event_log_deaths *deaths)
{
	uint64_t point = last_point(deaths);

	return (point & POINT_KIND) == RECORD_POINT && count_at(deaths, point) >= ENOUGH_DEATHS;
}

static uint64_t in_row_at_short_point(const struct event_log_deaths *deaths)
{
	uint64_t point = last_point(deaths);
	bool is_short =
		point == TRIAL_LOOK || point == TRIAL_CHECK || (point & POINT_KIND) == LOAD_POINT;

	return is_short ? deaths->n_in_row : 0;
}

bool trials_may_replay(struct event_log *log)
{
	const struct event_log_deaths *deaths = event_log_deaths(log);

	return in_row_at_short_point(deaths) < MOST_REPLAYS &&
	       deaths->count < MOST_DEATHS_WITH_LOG && !kills_at_a_record(deaths);
}

bool trials_may_restore(struct event_log *log)
{
	const struct event_log_deaths *deaths = event_log_deaths(log);

	return in_row_at_short_point(deaths) < MOST_RESTORES &&
	       in_row(deaths, TRIAL_LOAD) < MOST_LOADS && deaths->count < MOST_DEATHS;
}
