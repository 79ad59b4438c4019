/* Owns the way of NickServ's changes to the database and back. */
#include "bots/nickserv.h"

#include "action/account.h"
#include "action/closing.h"
#include "action/nick_owner.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "bots/asking.h"
#include "bots/voice.h"
#include "world/account_rows.h"
#include "world/session.h"
#include "world/user.h"

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

struct change *nickserv_change_fields(
	struct call *call, const struct account *account, account_edit_fn edit, const void *data)
{
	struct change *change = nickserv_change(call, account);

	if (change)
		account_edit(call->world, change, account, edit, data);
	return change;
}

/* A code that was sent to the old address is not valid any more. */
static void edit_email(struct account_fields *fields, const void *data)
{
	fields->code = (struct account_code){ 0 };
	fields->email = (char *) (uintptr_t) data;
}

void nickserv_store_email(struct call *call, const struct account *account, const char *email)
{
	struct change *change = nickserv_change_fields(call, account, edit_email, email);

	if (change && email)
		bot_ask_change(call, change, "Your e-mail address is %s.", email);
	else if (change)
		bot_ask_change(call, change, "Your account has no e-mail address any more.");
}

static void edit_flags(struct account_fields *fields, const void *data)
{
	fields->flags = *(const uint32_t *) data;
}

void nickserv_store_flags(
	struct call *call, const struct account *account, uint32_t flags, const char *text)
{
	struct change *change = nickserv_change_fields(call, account, edit_flags, &flags);

	if (change)
		bot_ask_change(call, change, "%s", text);
}

/* The account cannot be used any more, nor by those who have logged in and are not welcomed yet. */
static void close_suspended(struct call *call, const struct change *change)
{
	static const char reason[] = "The account is suspended";
	const struct account *account = account_find_id(call->world, change->account);
	struct session *session, *after;
	struct user *user;

	if (!account || !(account->flags & ACCOUNT_FLAG_SUSPENDED))
		return;
	while ((user = user_next_of(call->world, account->id, NULL)))
		close_user(call->world, call->outbox, user, reason);
	LIST_EACH_SAFE (session, after, &call->world->sessions, in_world)
		if (login_account_id(session) == account->id)
			close_session(call->world, call->outbox, session, reason);
}

void nickserv_stored(struct call *call, const struct change *change, int status)
{
	static const char *const refusals[] = {
		"Nothing has changed: it belongs to another account.",
		"Nothing has changed: your account is not there any more."
	};

	bot_report_change(call, &service_nickserv, change, (enum stored) status, refusals);
	if (status != STORED_YES)
		return;
	nick_owner_review_change(call->world, call->outbox, change);
	close_suspended(call, change);
}
