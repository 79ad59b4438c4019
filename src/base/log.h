/* The front of the log: an entry of the logbook and its fields go to the sink that the program has
 * set. Values are fields, never formats, so nothing can be injected. */
#pragma once

#include "base/logbook.h"

/* Fields are name, value, name, value, NULL. A NULL value is left out. */
typedef void (*log_fn)(void *data, enum logbook entry, const char *const *fields);

struct log {
	log_fn write; /* NULL: nothing is logged */
	void *data;
};

void log_fields(const struct log *log, enum logbook entry, const char *const *fields);

#define log_entry(log, entry, ...)                                                                 \
	log_fields((log), (entry), (const char *const[]){ __VA_ARGS__ __VA_OPT__(, ) NULL })
