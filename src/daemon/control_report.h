/* Reports of the world as replies of Varlink. */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"
#include "daemon/engine.h"
#include "daemon/reload.h"
#include "report/report.h"

/* Append the next part, which may be empty. True: another one follows. */
bool control_report_put(
	const struct world *world, struct report_cursor *cursor, struct buffer *out);

/* What a reload would change, or why it would be refused. */
void control_report_changes(const struct reload *reload, struct buffer *out);

/* The answer is an EFFECT_ACTED, during the call. NULL, or why the reload that it asked for was
 * refused, which lasts until the next one. */
const char *control_report_act(
	struct engine *engine, struct reload *reload, const struct report_call *call);
