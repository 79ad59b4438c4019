/* Owns the way of NickServ's changes to the database and back. */
#include "bots/nickserv.h"

#include <stdarg.h>

#include "action/account.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "bots/voice.h"

struct change *nickserv_change(struct call *call, const struct account *account)
{
	struct change *change;

	if (account->change) {
		service_say(call, &service_nickserv,
			"Your account is being changed at the moment, try again.");
		return NULL;
	}
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

void nickserv_ask(struct call *call, struct change *change, const char *format, ...)
{
	struct buffer text = { 0 };
	va_list arguments;

	va_start(arguments, format);
	buffer_format_v(&text, format, arguments);
	va_end(arguments);
	change->text = buffer_take(&text);
	change_ask(call->world, call->outbox, call->session, change);
}

static const char *text_of_account_change(const struct change *change, enum stored status)
{
	switch (status) {
	case STORED_YES:
		return change->text;
	case STORED_TAKEN:
		return "Nothing has changed: it belongs to another account.";
	case STORED_GONE:
		return "Nothing has changed: your account is not there any more.";
	case STORED_FAILED:
		return "Nothing has changed: it cannot be stored at the moment, try again later.";
	}
	return "";
}

void nickserv_stored(struct call *call, const struct change *change, int status)
{
	if (call->session)
		service_say(call, &service_nickserv, "%s",
			text_of_account_change(change, (enum stored) status));
	if (status == STORED_YES && !account_find_id(call->world, change->account))
		account_log_out_strangers(call->world, call->outbox);
}
