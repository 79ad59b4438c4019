/* All metrics as a text, in parts, so that no client waits for it. */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"
#include "daemon/metric_rows.h"

/* Where it goes on; all zero is the beginning. */
struct metrics_cursor {
	size_t next;
	bool is_open; /* OpenMetrics instead of Prometheus' own format */
};

/* Append the next metric. True: others follow. */
bool metrics_put_next(
	const struct metric_sources *sources, struct metrics_cursor *cursor, struct buffer *out);
