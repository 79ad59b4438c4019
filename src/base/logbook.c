/* Owns the table of everything that is logged. */
#include "base/logbook.h"

#include <string.h>

static const struct logbook_row rows[] = {
#define ROW(entry, ...) [LOGBOOK_##entry] = { __VA_ARGS__ },
#include "base/logbook.def"
#undef ROW
};

static const char *const severities[] = {
	[SEVERITY_ERROR] = "error",
	[SEVERITY_WARNING] = "warning",
	[SEVERITY_NOTICE] = "notice",
	[SEVERITY_INFO] = "info",
	[SEVERITY_DEBUG] = "debug",
};

const char *severity_name(enum severity severity)
{
	return severity <= SEVERITY_DEBUG ? severities[severity] : NULL;
}

bool severity_is_known(unsigned int number)
{
	return number >= SEVERITY_ERROR && number <= SEVERITY_DEBUG;
}

bool severity_parse(const char *name, enum severity *ret_severity)
{
	for (enum severity i = SEVERITY_ERROR; i <= SEVERITY_DEBUG; i++)
		if (strcmp(severities[i], name) == 0) {
			*ret_severity = i;
			return true;
		}
	return false;
}

const struct logbook_row *logbook_row(enum logbook entry)
{
	return &rows[entry];
}
