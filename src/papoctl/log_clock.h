/* Times of logs, which have no zone of their own. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct log_time {
	int year;
	int month;
	int day;
	int hour;
	int minute;
	int second;
};

/* All times are in that zone from now on. False: the system knows none of this name. */
bool log_clock_set_zone(const char *name);
/* In seconds since 1970. Where clocks were put back, an hour comes twice: the time is the first one
 * that is not before the previous line's. Where they were put forward, an hour is left out: a time
 * in it counts as if they had not been. */
int64_t log_clock_seconds(const struct log_time *time, int64_t previous);
