/* Commands of operators, used by administrators at the control socket. */
#pragma once

#include "report/report_acts.h"
#include "world/changes.h"

/* A report_line_fn. */
enum report_outcome administer(struct world *world, struct outbox *outbox,
	const struct report_line *line, struct report_result *ret_result);
/* The change that such a command has asked for is over: its caller is told. */
void administering_stored(struct outbox *outbox, const struct change *change, enum stored status);
/* What a command of an administrator has asked others for. */
void administering_answered(struct world *world, struct outbox *outbox, const struct event *event);
