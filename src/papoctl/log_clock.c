/* Owns the zone of logs: that of this process. */
#include "papoctl/log_clock.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/buffer.h"
#include "base/cleanup.h"

#define ZONES "/usr/share/zoneinfo"

/* The C library takes a name that it does not know for UTC. */
static bool is_zone(const char *name)
{
	CLEANUP(buffer_done) struct buffer path = { 0 };
	struct stat status;

	if (strcmp(name, "UTC") == 0)
		return true;
	buffer_format(&path, ZONES "/%s", name);
	return *name && *name != '/' && !strstr(name, "..") && stat(path.bytes, &status) == 0 &&
	       S_ISREG(status.st_mode);
}

bool log_clock_set_zone(const char *name)
{
	if (!is_zone(name) || setenv("TZ", name, true) != 0)
		return false;
	tzset();
	return true;
}

static time_t seconds_with(const struct log_time *time, int is_summer)
{
	struct tm parts = { .tm_year = time->year - 1900,
		.tm_mon = time->month - 1,
		.tm_mday = time->day,
		.tm_hour = time->hour,
		.tm_min = time->minute,
		.tm_sec = time->second,
		.tm_isdst = is_summer };

	return mktime(&parts);
}

/* Do clocks show it then? */
static bool is_shown_at(const struct log_time *time, time_t seconds)
{
	struct tm parts;

	return localtime_r(&seconds, &parts) && parts.tm_hour == time->hour &&
	       parts.tm_min == time->minute;
}

int64_t log_clock_seconds(const struct log_time *time, int64_t previous)
{
	const time_t winter = seconds_with(time, 0), summer = seconds_with(time, 1);
	const bool is_winter = is_shown_at(time, winter), is_summer = is_shown_at(time, summer);
	const time_t first = winter < summer ? winter : summer;

	if (is_winter && is_summer)
		return first >= previous ? first : winter + summer - first;
	return is_summer ? summer : winter;
}
