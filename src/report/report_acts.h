/* Acts of administrators, as events of the world: so they are logged, recorded and repeated like
 * all others. */
#pragma once

#include "report/report.h"
#include "world/event.h"
#include "world/outbox.h"

/* Append the text of the event: the call must be read by report_call_read(). */
void report_act_put(const struct report_call *call, struct buffer *out);

bool report_act_exists(enum report_kind kind);
/* Carry out an EVENT_ACT. An EFFECT_ACTED says what came of it. */
void report_act(struct world *world, struct outbox *outbox, const struct event *event);
