/* Owns nothing but the call to the sink. */
#include "base/log.h"

void log_fields(const struct log *log, enum logbook entry, const char *const *fields)
{
	if (log && log->write)
		log->write(log->data, entry, fields);
}
