/* Owns the way of NickServ's changes to the database and back. */
#include "bots/nickserv.h"

#include "base/cleanup.h"
#include "base/mem.h"
#include "bots/asking.h"
#include "bots/voice.h"

bool nickserv_refuse_busy(struct call *call, const struct account *account)
{
	if (account->change)
		service_say(call, &service_nickserv,
			"Your account is being changed at the moment, try again.");
	return account->change;
}

struct change *nickserv_change(struct call *call, const struct account *account)
{
	struct change *change;

	if (nickserv_refuse_busy(call, account))
		return NULL;
	change = change_new();
	change->kind = CHANGE_KIND_ACCOUNT;
	change->account = account->id;
	return change;
}

void nickserv_add_row(
	struct call *call, struct change *change, struct store_row row, struct buffer *bytes)
{
	row.id = change->account;
	row.bytes = buffer_text(bytes);
	row.length = bytes->length;
	change_add_row(call->world, change, row);
	buffer_done(bytes);
}

void nickserv_stored(struct call *call, const struct change *change, int status)
{
	static const char *const refusals[] = {
		"Nothing has changed: it belongs to another account.",
		"Nothing has changed: your account is not there any more."
	};

	bot_report_change(call, &service_nickserv, change, (enum stored) status, refusals);
}
