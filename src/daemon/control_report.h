/* Reports of the world as replies of Varlink. */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"
#include "daemon/engine.h"
#include "report/report.h"

/* Append the next part, which may be empty. True: another one follows. */
bool control_report_put(
	const struct world *world, struct report_cursor *cursor, struct buffer *out);

/* The answer is an EFFECT_ACTED, during the call. */
void control_report_act(struct engine *engine, const struct report_call *call);
