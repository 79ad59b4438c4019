/* Reports of what protects the chat: filters, reports of users, a lockdown. As in report_views.h.
 */
#pragma once

#include "report/report.h"

uint64_t report_filters_end(const struct world *world);
const void *report_find_filter(const struct world *world, struct report_cursor *cursor);
void report_filter(const struct world *world, const void *item, struct report_writer *writer);

/* Which filters the text of the call would hit. */
void report_filter_hits(const struct world *world, const struct report_call *call, json_t *list);

uint64_t report_complaints_end(const struct world *world);
const void *report_find_complaint(const struct world *world, struct report_cursor *cursor);
void report_complaint(const struct world *world, const void *item, struct report_writer *writer);

void report_lockdown(const struct world *world, const void *item, struct report_writer *writer);
