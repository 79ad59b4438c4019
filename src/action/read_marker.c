/* Owns the line of a read marker. */
#include "action/read_marker.h"

#include "action/reply.h"
#include "base/date.h"
#include "world/account_marks.h"
#include "world/accounts.h"
#include "world/caps.h"
#include "world/session.h"
#include "world/user.h"

void read_marker_show(struct call *call, const char *target)
{
	const struct account *account;
	uint64_t wall_ms = 0;
	char date[DATE_BYTES];

	if (!(call->session->caps & CAP_READ_MARKER))
		return;
	account = account_of_user(call->world, call->session->user);
	if (account)
		wall_ms = account_mark_of(call->world, account, ACCOUNT_MARK_READ, target);
	date_format_iso(wall_ms, date);
	reply_line(call, ":%s MARKREAD %s %s%s", call->world->settings->server_name, target,
		wall_ms ? "timestamp=" : "", wall_ms ? date : "*");
}
