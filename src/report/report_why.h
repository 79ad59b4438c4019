/* Why a client is or would be refused, slowed down or muted. */
#pragma once

#include "report/report.h"

/* The subject is the first value of the call. */
void report_why(const struct world *world, const struct report_call *call, json_t *list);
