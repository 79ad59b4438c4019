/* Every log entry of papod, one row each: its MESSAGE_ID for scripts and `journalctl -x`, its
 * severity, and its texts. The catalog file and the table in papod(8) are generated from here. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* RFC 5424 severities, as <syslog.h> numbers them. */
enum severity {
	SEVERITY_ERROR = 3,
	SEVERITY_WARNING = 4,
	SEVERITY_NOTICE = 5,
	SEVERITY_INFO = 6,
	SEVERITY_DEBUG = 7,
};

/* "warning"; by its number, from SEVERITY_ERROR on. NULL: there is none. */
const char *severity_name(enum severity severity);
/* Is it the number of one? */
bool severity_is_known(unsigned int number);
/* False: there is none of that name. */
bool severity_parse(const char *name, enum severity *ret_severity);

enum logbook {
#define ROW(entry, ...) LOGBOOK_##entry,
#include "base/logbook.def"
#undef ROW
	LOGBOOK_COUNT
};

struct logbook_row {
	const char *name;	/* for people: "client-registered" */
	const char *message_id; /* 32 hexadecimal digits; never changes */
	enum severity severity;
	const char *text;   /* MESSAGE=; the values are in fields */
	const char *fields; /* which fields an entry carries, for the manual */
	const char *help;   /* what it means and what to do, for the catalog */
};

const struct logbook_row *logbook_row(enum logbook entry);
