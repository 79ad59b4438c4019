/* Owns the table of everything that is logged. */
#include "base/logbook.h"

static const struct logbook_row rows[] = {
#define ROW(entry, ...) [LOGBOOK_##entry] = { __VA_ARGS__ },
#include "base/logbook.def"
#undef ROW
};

const struct logbook_row *logbook_row(enum logbook entry)
{
	return &rows[entry];
}
