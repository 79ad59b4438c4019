/* Owns the walk over the table. */
#include "daemon/metrics.h"

bool metrics_put_next(
	const struct metric_sources *sources, struct metrics_cursor *cursor, struct buffer *out)
{
	const struct metric_row *row = metric_row(cursor->next++);
	struct metric_text text = { .out = out, .is_open = cursor->is_open };

	if (!row) {
		metric_text_end(out, cursor->is_open);
		return false;
	}
	text.name = row->name;
	text.label = row->label;
	text.type = row->type;
	metric_text_begin(&text, row->help);
	row->put(sources, &text);
	return true;
}
