/* Reports of the world as replies of Varlink. */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"
#include "daemon/control_calls.h"
#include "daemon/engine.h"
#include "daemon/metrics.h"
#include "daemon/readings.h"
#include "daemon/reload.h"
#include "report/report.h"

/* Where the answer goes on. */
struct control_parts {
	struct report_cursor report;
	bool is_measuring; /* it has metrics instead: */
	struct metrics_cursor metrics;
	bool is_whole; /* all metrics at once, which takes half a millisecond at most */
};

/* False: what the call names is not there. */
bool control_report_begin(
	const struct world *world, struct control_wanted *wanted, struct control_parts *parts);
/* Append the next part, which may be empty. True: another one follows. */
bool control_report_put(
	const struct metric_sources *sources, struct control_parts *parts, struct buffer *out);

/* The same of what was said, from a reading that does not wait. It has failed: an error. */
bool control_report_put_past(
	struct reading *reading, const struct report_row *row, struct buffer *out);

/* What a reload would change, or why it would be refused. */
void control_report_changes(const struct reload *reload, struct buffer *out);

/* What the log level was and is, for the sentence. The level is that of a call that was not
 * refused. */
void control_report_log_level(
	const struct log *log, const struct report_call *call, struct buffer *sentence);

/* The answer is an EFFECT_ACTED, during the call. NULL, or why the reload that it asked for was
 * refused, which lasts until the next one. */
const char *control_report_act(
	struct engine *engine, struct reload *reload, const struct report_call *call);
