/* How each report reads the world. */
#pragma once

#include "base/ordered.h"
#include "report/report.h"

struct report_view {
	/* Behind the last place that there is now. */
	uint64_t (*end)(const struct world *world);
	/* What is at the cursor's place, or at the next one that has something, to which the cursor
	 * moves. NULL: nothing. */
	const void *(*find)(const struct world *world, struct report_cursor *cursor);
	void (*write)(const struct world *world, const void *item, struct report_writer *writer);
	/* Instead of write: append all rows. There are never many. */
	void (*fill)(const struct world *world, const struct report_call *call, json_t *list);
	/* Is there what the call names? NULL: it names nothing. */
	bool (*is_there)(const struct world *world, const struct report_call *call);
};

/* For find: the next item of what has numbers in the world. */
const void *report_find_numbered(const struct ordered *all, struct report_cursor *cursor);

const struct report_view *report_view(enum report_kind kind);
