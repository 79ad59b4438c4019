/* Owns the verification of accounts. IRCv3 account-registration, "VERIFY". */
#include "action/verifying.h"

#include <string.h>

#include "action/account.h"
#include "action/login_limits.h"
#include "action/session_log.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/mail_code.h"
#include "world/account_edit.h"
#include "world/flow.h"
#include "world/mails.h"
#include "world/session.h"

static bool fail_verify(struct refusal *ret_refusal, const char *code, const char *text)
{
	*ret_refusal = (struct refusal){ .code = code };
	text_copy(ret_refusal->text, sizeof(ret_refusal->text), text);
	return false;
}

const char *verifying_hash(
	const struct world *world, const struct account *account, enum mail_purpose purpose)
{
	const struct account_code *code = account ? &account_extras(account)->code : NULL;

	return code && code->hash && code->purpose == purpose &&
			       code->until_wall_ms > world->wall_ms
		       ? code->hash
		       : MAIL_CODE_NONE;
}

bool verifying_waits_for_email(const struct world *world, const struct account *account)
{
	const struct account_code *code = &account_extras(account)->code;

	return code->hash && code->purpose == MAIL_PURPOSE_EMAIL &&
	       code->until_wall_ms > world->wall_ms;
}

/* The owner is logged in, and wants another e-mail address. */
static bool waits_for_email(
	const struct call *call, enum login_kind kind, const struct account *account)
{
	return kind == LOGIN_KIND_NICKSERV_VERIFY && account &&
	       account->id == login_account_id(call->session) &&
	       account_extras(account)->code.purpose == MAIL_PURPOSE_EMAIL;
}

static enum mail_purpose purpose_here(const struct call *call)
{
	return login_account(call->session) ? MAIL_PURPOSE_EMAIL : MAIL_PURPOSE_VERIFY;
}

bool verifying_begin(struct call *call, enum login_kind kind, const char *name, const char *code,
	struct refusal *ret_refusal)
{
	struct world *world = call->world;
	const struct account *account = account_find(world, name);
	struct login *login;

	if (login_account(call->session) && !waits_for_email(call, kind, account))
		return fail_verify(ret_refusal, "ALREADY_AUTHENTICATED",
			"You are logged in to an account already");
	if (world->storage != STORAGE_WORKS)
		return fail_verify(ret_refusal, "TEMPORARILY_UNAVAILABLE",
			"Nothing can be stored at the moment, try again later");
	login = login_begin(call->session, kind);
	login->name = mem_text(account ? account->name : name);
	login->account = account ? account->id : 0;
	login->begun_ms = world->now_ms;
	login->code_hash = mem_text(verifying_hash(world, account, purpose_here(call)));
	if (login_may_try(world, call->session, login->name))
		outbox_verify(call->outbox, call->session->id,
			flow_wait(world, call->outbox, call->session, SESSION_WAIT_LOGIN),
			login->code_hash, code);
	else
		login_refuse(world, call->outbox, call->session);
	return true;
}

static void edit_verified(struct account_fields *fields, const void *data)
{
	(void) data;
	if (fields->code.email)
		fields->email = fields->code.email;
	fields->flags &= ~(uint32_t) ACCOUNT_FLAG_UNVERIFIED;
	fields->code = (struct account_code){ 0 };
}

static void store_verified(struct call *call, const struct account *account, enum change_kind kind)
{
	struct change *change = change_new();

	change->kind = kind;
	change->account = account->id;
	change->text = mem_text(account->name);
	account_edit(call->world, change, account, edit_verified, NULL);
	change_ask(call->world, call->outbox, call->session, change);
}

/* Another code, for another e-mail address, may have replaced it while it was checked. A snapshot
 * of an earlier release lacks the hash. */
static bool is_code_current(struct call *call, const struct account *account)
{
	const char *checked = login_of(call->session)->code_hash;

	return !checked ||
	       strcmp(verifying_hash(call->world, account, purpose_here(call)), checked) == 0;
}

/* The account may have changed while the code was checked. */
static bool use_code(struct call *call, enum change_kind kind, struct refusal *ret_refusal)
{
	const struct account *account =
		account_find_id(call->world, login_of(call->session)->account);

	if (!account || !is_code_current(call, account) ||
		!(account->flags & ACCOUNT_FLAG_UNVERIFIED || account_extras(account)->code.email))
		return fail_verify(ret_refusal, "INVALID_CODE", "The code is not valid any more");
	if (account->change)
		return fail_verify(ret_refusal, "TEMPORARILY_UNAVAILABLE",
			"The account is being changed at the moment, try again");
	store_verified(call, account, kind);
	return true;
}

bool verifying_checked(struct call *call, const struct event *event, enum change_kind kind,
	struct refusal *ret_refusal)
{
	bool is_good;

	if (event->status == ANSWER_NO) {
		login_fail(call->world, call->outbox, call->session, login_of(call->session)->name);
		return true;
	}
	is_good = event->status == ANSWER_YES ? use_code(call, kind, ret_refusal)
					      : fail_verify(ret_refusal, "TEMPORARILY_UNAVAILABLE",
							"The server is busy, try again later");
	login_end(call->session);
	return is_good;
}

void verifying_refuse(struct call *call, struct refusal *ret_refusal)
{
	log_session(call->outbox, LOGBOOK_LOGIN_REFUSED, call->session, "METHOD", "VERIFY");
	login_end(call->session);
	fail_verify(ret_refusal, "INVALID_CODE",
		"The code is wrong or has expired, or there is no such account to verify");
}

bool verifying_stored(struct call *call, const struct change *change, enum stored status,
	struct refusal *ret_refusal)
{
	const struct account *account = account_find_id(call->world, change->account);

	if (status != STORED_YES || !account)
		return fail_verify(ret_refusal, "TEMPORARILY_UNAVAILABLE",
			"The account could not be stored, try again later");
	outbox_log(call->outbox, LOGBOOK_ACCOUNT_VERIFIED, "ACCOUNT", account->name);
	if (call->session && login_account_id(call->session) != account->id)
		(void) login_accept(call, account);
	return true;
}
