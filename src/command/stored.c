/* Owns the table of what follows from each kind of change. */
#include "command/stored.h"

#include "action/account_end.h"
#include "action/banning.h"
#include "action/channel_access.h"
#include "action/expiring.h"
#include "action/importing.h"
#include "action/label.h"
#include "action/marking.h"
#include "action/moderating.h"
#include "action/nick_owner.h"
#include "action/staying.h"
#include "bots/chanserv.h"
#include "bots/code_mails.h"
#include "bots/nickserv.h"
#include "bots/nickserv_drop.h"
#include "bots/nickserv_invitation.h"
#include "bots/nickserv_register.h"
#include "bots/nickserv_totp.h"
#include "bots/nickserv_verify.h"
#include "command/administering.h"
#include "command/clientcert.h"
#include "command/logins.h"
#include "command/oper.h"
#include "command/persistence.h"
#include "command/register.h"
#include "command/verify.h"
#include "command/webpush.h"
#include "world/always_on.h"
#include "world/changes.h"
#include "world/channel_rows.h"
#include "world/flow.h"
#include "world/session.h"

void rows_arrived(struct world *world, struct outbox *outbox)
{
	changes_mark_subjects(world);
	account_log_out_strangers(world, outbox);
	nick_owner_review_all(world, outbox);
	staying_review(world, outbox, 0);
	always_on_restore(world);
	channel_access_review(world, outbox);
	banning_enforce_since(world, outbox, 1);
}

/* The session is NULL if it is gone. */
static void tell_asker(struct call *call, const struct change *change, enum stored status)
{
	switch ((enum change_kind) change->kind) {
	case CHANGE_KIND_NONE:
	case CHANGE_KIND_CHANNEL_SAVED:
	case CHANGE_KIND_BANS_SAVED:
	case CHANGE_KIND_USES_SAVED:
	case CHANGE_KIND_MARKS_SAVED:
	case CHANGE_KIND_MODERATION_SAVED:
	case CHANGE_KIND_IMPORT_ACCOUNT: /* import_stored() answers */
	case CHANGE_KIND_IMPORT_CHANNEL:
		return;
	case CHANGE_KIND_CODE:
		code_stored(call->world, call->outbox, change, status);
		return;
	case CHANGE_KIND_VERIFY:
		verify_stored(call, change, status);
		return;
	case CHANGE_KIND_NICKSERV_VERIFY:
		nickserv_verify_stored(call, change, (int) status);
		return;
	case CHANGE_KIND_CHANNEL:
		chanserv_stored(call, change, (int) status);
		return;
	case CHANGE_KIND_VOUCHED:
	case CHANGE_KIND_LOGIN_CODE:
		logins_stored(call, change, status);
		return;
	case CHANGE_KIND_REGISTER:
		register_stored(call, change, status);
		return;
	case CHANGE_KIND_ACCOUNT:
		nickserv_stored(call, change, (int) status);
		return;
	case CHANGE_KIND_ACCOUNT_END:
		nickserv_drop_stored(call, change, (int) status);
		return;
	case CHANGE_KIND_CLIENTCERT:
		clientcert_stored(call, change, status);
		return;
	case CHANGE_KIND_WEBPUSH:
		webpush_stored(call, change, status);
		return;
	case CHANGE_KIND_TOTP:
		totp_stored(call, change, (int) status);
		return;
	case CHANGE_KIND_INVITATION:
		invitation_stored(call, change, (int) status);
		return;
	case CHANGE_KIND_PERSISTENCE:
		if (call->session && status != STORED_YES)
			persistence_refuse(call);
		return;
	case CHANGE_KIND_OPER_CODE:
		if (call->session)
			oper_code_stored(call);
		return;
	case CHANGE_KIND_NICKSERV_REGISTER:
		nickserv_register_stored(call, change, (int) status);
		return;
	}
}

/* Only the session that still waits for this change. */
static struct session *find_asker(const struct world *world, const struct change *change)
{
	struct session *session = session_find(world, change->session);

	return session && session->request == change->request ? session : NULL;
}

void change_stored(struct world *world, struct outbox *outbox, const struct event *event)
{
	struct change *change = changes_find(world, event->request);
	struct call call = { .world = world, .outbox = outbox };
	size_t first_effect = outbox->count;

	if (!change)
		return;
	call.session = find_asker(world, change);
	change_end(world, change, event->status == STORED_YES);
	if (change->kind == CHANGE_KIND_CHANNEL_SAVED)
		registered_channel_saved(world, change, event->status == STORED_YES);
	else if (change->kind == CHANGE_KIND_BANS_SAVED)
		banning_stored(world, outbox, change, event->status == STORED_YES);
	else if (change->kind == CHANGE_KIND_MODERATION_SAVED)
		moderating_stored(world, outbox, change, event->status == STORED_YES);
	else if (change->kind == CHANGE_KIND_USES_SAVED)
		expiring_stored(world, change, event->status == STORED_YES);
	else if (change->kind == CHANGE_KIND_MARKS_SAVED)
		marks_stored(world, change, event->status == STORED_YES);
	else if (event->status == STORED_YES)
		change_take_effect(world, change, event->number);
	if (call.session) {
		call.user = call.session->user;
		flow_answered(world, outbox, call.session);
	}
	if (change->kind == CHANGE_KIND_CHANNEL && !change->channel)
		change->channel = event->number;
	tell_asker(&call, change, (enum stored) event->status);
	administering_stored(outbox, change, (enum stored) event->status);
	import_stored(world, outbox, change, (enum stored) event->status);
	if (change->account && event->status == STORED_YES) {
		staying_review(world, outbox, change->account);
		if (change->kind == CHANGE_KIND_PERSISTENCE || change->kind == CHANGE_KIND_ACCOUNT)
			persistence_tell(world, outbox, change->account);
	}
	if (call.session)
		label_answer(&call, first_effect);
	change_free(change);
}
