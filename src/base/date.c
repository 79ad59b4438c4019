/* Owns the calendar. */
#include "base/date.h"

#include <stdio.h>

#define DAY_MS 86400000u

struct date {
	unsigned int year, month, day, hour, minute, second, ms;
};

/* Days are counted from 1 March of year 0, so that the leap day is a year's last; a cycle of
 * the Gregorian calendar has 146097 days in 400 years. */
static struct date split(uint64_t wall_ms)
{
	uint64_t days = wall_ms / DAY_MS + 719468;
	unsigned int rest = (unsigned int) (wall_ms % DAY_MS);
	unsigned int in_cycle = (unsigned int) (days % 146097);
	unsigned int year =
		(in_cycle - in_cycle / 1460 + in_cycle / 36524 - in_cycle / 146096) / 365;
	unsigned int in_year = in_cycle - (365 * year + year / 4 - year / 100);
	unsigned int month = (5 * in_year + 2) / 153;

	return (struct date){
		.year = (unsigned int) (days / 146097) * 400 + year + (month >= 10),
		.month = month < 10 ? month + 3 : month - 9,
		.day = in_year - (153 * month + 2) / 5 + 1,
		.hour = rest / 3600000,
		.minute = rest / 60000 % 60,
		.second = rest / 1000 % 60,
		.ms = rest % 1000,
	};
}

void date_format_iso(uint64_t wall_ms, char text[DATE_BYTES])
{
	struct date d = split(wall_ms);

	snprintf(text, DATE_BYTES, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", d.year % 10000,
		d.month % 100, d.day % 100, d.hour % 100, d.minute % 100, d.second % 100,
		d.ms % 1000);
}

void date_format_plain(uint64_t wall_ms, char text[DATE_BYTES])
{
	struct date d = split(wall_ms);

	snprintf(text, DATE_BYTES, "%04u-%02u-%02u %02u:%02u:%02u UTC", d.year % 10000,
		d.month % 100, d.day % 100, d.hour % 100, d.minute % 100, d.second % 100);
}
