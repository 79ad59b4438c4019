/* Turns papod into hasty_papod, which writes snapshots all the time. */
#include "survival/event_log.h"

#define MANY_BYTES 20000

bool __wrap_event_log_is_short(const struct event_log *log);
bool __wrap_event_log_is_long(const struct event_log *log);

bool __wrap_event_log_is_short(const struct event_log *log)
{
	(void) log;
	return false;
}

bool __wrap_event_log_is_long(const struct event_log *log)
{
	return !event_log_is_switching(log) && event_log_bytes(log) > MANY_BYTES;
}
