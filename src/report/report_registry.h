/* How accounts, invitations, past users, metadata and uploaded files are shown. */
#pragma once

#include "proto/upload_list.h"
#include "report/report_views.h"

uint64_t report_accounts_end(const struct world *world);
const void *report_find_account(const struct world *world, struct report_cursor *cursor);
void report_account(const struct world *world, const void *item, struct report_writer *writer);

bool report_is_registered(const struct world *world, const struct report_call *call);
void report_access(const struct world *world, const struct report_call *call, json_t *list);

void report_invitations(const struct world *world, const struct report_call *call, json_t *list);
void report_past_users(const struct world *world, const struct report_call *call, json_t *list);

bool report_has_target(const struct world *world, const struct report_call *call);
void report_metadata(const struct world *world, const struct report_call *call, json_t *list);

/* Append the parameters of a reply of ListUploads, as JSON. Partial: there are more files, which
 * are not listed. */
void report_uploads_put(const struct world *world, const struct upload_report *report,
	bool is_partial, struct buffer *out);
