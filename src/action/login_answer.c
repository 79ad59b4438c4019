/* Owns what follows from the check of a login.
 *
 * An outside checker vouches for accounts of its own: they have no password here, and there is one
 * from the first login on. It cannot let anyone into an account that was registered here, whose
 * owner may be somebody else. */
#include "action/login_answer.h"

#include "action/account.h"
#include "action/codes.h"
#include "action/login_limits.h"
#include "action/session_log.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/casemap.h"
#include "proto/name_syntax.h"
#include "proto/totp.h"
#include "world/account_alike.h"
#include "world/account_edit.h"
#include "world/account_rows.h"
#include "world/devices.h"
#include "world/login.h"
#include "world/services.h"
#include "world/session.h"

static struct account *find_account_of(const struct world *world, const char *login)
{
	char device[DEVICE_BYTES + 1];

	return account_find_login(world, login, device);
}

/* Without a name the login was refused unseen. */
static void fail_login_of(struct call *call, const struct event *event)
{
	CLEANUP(mem_freep) char *given = mem_text_n(event->text, event->text_length);
	const char *name = *given ? given : login_of(call->session)->name;
	const struct account *account = name ? find_account_of(call->world, name) : NULL;

	if (account && event->step == TOTP_STEP_WRONG)
		login_fail_code(call->world, call->outbox, call->session, account);
	else if (name)
		login_fail(call->world, call->outbox, call->session, name);
	else
		login_refuse(call->world, call->outbox, call->session);
}

static enum login_result accept_account(
	struct call *call, const struct account *account, const char **ret_reason)
{
	if (account && login_accept(call, account))
		return LOGIN_RESULT_ACCEPTED;
	*ret_reason = login_obstacle(account);
	return LOGIN_RESULT_FAILED;
}

/* It may have another name than the client gave. */
static enum login_result accept_outside(
	struct call *call, const struct account *account, const char **ret_reason)
{
	login_of(call->session)->account = account->id;
	return accept_account(call, account, ret_reason);
}

static void edit_renewed(struct account_fields *fields, const void *data)
{
	fields->verifier = (char *) (uintptr_t) data;
}

/* The hash of an imported password was right: from now on the account has a verifier instead. While
 * it is being changed, the next login does that. */
static void renew_hash(struct call *call, const struct account *account, const char *verifier)
{
	struct change *change;

	if (!account_extras(account)->hash || account->change ||
		call->world->storage != STORAGE_WORKS)
		return;
	change = change_new();
	change->account = account->id;
	account_edit(call->world, change, account, edit_renewed, verifier);
	change_ask(call->world, call->outbox, NULL, change);
}

/* The answer is the verifier of the right password, if the account had an imported hash. */
static void take_renewed(
	struct call *call, const struct account *account, const struct event *event)
{
	CLEANUP(mem_freep) char *text = mem_text_n(event->text, event->text_length);
	struct scram_verifier verifier;

	if (scram_verifier_parse(text, &verifier))
		renew_hash(call, account, text);
}

static enum login_result refuse_used_code(struct call *call, const struct account *account)
{
	login_fail_code(call->world, call->outbox, call->session, account);
	return LOGIN_RESULT_WAITS;
}

static void note_device(const struct call *call, const struct event *event)
{
	CLEANUP(mem_freep) char *login = mem_text_n(event->text, event->text_length);
	char device[DEVICE_BYTES + 1];

	if (account_find_login(call->world, login, device) && *device)
		login_note_device(call, login);
}

/* Its account may have ended meanwhile, and a code counts once. */
static enum login_result accept_checked(
	struct call *call, const struct event *event, const char **ret_reason)
{
	struct login *login = login_of(call->session);
	const struct account *account;
	enum login_result result = LOGIN_RESULT_WAITS;
	enum code_use use = CODE_USE_DONE;

	if (event->number)
		login->account = event->number;
	account = account_find_id(call->world, login->account);
	if (account)
		use = code_use_login(call, account, event->step);
	if (use == CODE_USE_REFUSED)
		return refuse_used_code(call, account);
	if (account)
		note_device(call, event);
	if (use == CODE_USE_DONE)
		result = accept_account(call, account, ret_reason);
	else
		login_forget_secret(login);
	if (result != LOGIN_RESULT_FAILED)
		take_renewed(call, account, event);
	return result;
}

/* Why the checker's name cannot be an account; NULL: it can. */
static const char *why_no_account(const struct world *world, const char *name)
{
	const struct change *claim = changes_find_claim(world, name);

	if (!nick_is_valid(world->casemap, name, world->settings->nick_length))
		return "the name of your account cannot be one here";
	if (services_own_nick(world, name) || bans_match_name(world, BAN_KIND_NICK, name))
		return "the name of your account is reserved here";
	if (account_find_owner(world, name))
		return "the name belongs to an account that was registered here, with another "
		       "password";
	if (account_find_alike(world, NULL, name))
		return "the name of your account looks like that of another account";
	if (claim && claim->kind != CHANGE_KIND_VOUCHED)
		return "the name of your account is being registered by somebody else";
	if (world->storage != STORAGE_WORKS)
		return "your account cannot be stored at the moment, try again later";
	return NULL;
}

static void store_vouched(struct call *call, const char *given)
{
	struct world *world = call->world;
	CLEANUP(mem_freep) char *name = name_normalise(world->casemap, given);
	CLEANUP(mem_freep) char *folded = casemap_fold(world->casemap, name);
	CLEANUP(buffer_done) struct buffer bytes = { 0 };
	struct change *change = change_new();

	account_fields_put(&bytes, &(struct account_fields){
					   .name = name,
					   .folded = folded,
					   .created_wall_ms = world->wall_ms,
					   .flags = ACCOUNT_FLAG_OUTSIDE,
				   });
	change->kind = CHANGE_KIND_VOUCHED;
	change->text = mem_text(name);
	change->name = mem_text(name);
	change_add_row(world, change,
		(struct store_row){ .table = STORE_TABLE_ACCOUNTS,
			.bytes = bytes.bytes,
			.length = bytes.length });
	change_ask(world, call->outbox, call->session, change);
}

static enum login_result accept_vouched(
	struct call *call, const struct event *event, const char **ret_reason)
{
	CLEANUP(mem_freep) char *name = mem_text_n(event->text, event->text_length);
	const struct account *account = account_find(call->world, name);
	const char *reason;

	login_of(call->session)->account = 0;
	if (account && account->flags & ACCOUNT_FLAG_OUTSIDE)
		return accept_outside(call, account, ret_reason);
	reason = why_no_account(call->world, name);
	if (!reason) {
		login_forget_secret(login_of(call->session));
		store_vouched(call, name);
		return LOGIN_RESULT_WAITS;
	}
	log_session(call->outbox, LOGBOOK_CHECKER_NAME_REFUSED, call->session, "ACCOUNT", name,
		"REASON", reason);
	*ret_reason = reason;
	return LOGIN_RESULT_FAILED;
}

enum login_result login_answered(
	struct call *call, const struct event *event, const char **ret_reason)
{
	switch ((enum answer) event->status) {
	case ANSWER_YES:
		return accept_checked(call, event, ret_reason);
	case ANSWER_VOUCHED:
		return accept_vouched(call, event, ret_reason);
	case ANSWER_BUSY:
		*ret_reason = "the server is busy, try again later";
		return LOGIN_RESULT_LATER;
	case ANSWER_UNCHECKED:
		*ret_reason = "your login cannot be checked at the moment, try again later";
		return LOGIN_RESULT_LATER;
	case ANSWER_NO_LOGIN:
		return LOGIN_RESULT_NONE;
	case ANSWER_NO:
		break;
	}
	fail_login_of(call, event);
	return LOGIN_RESULT_WAITS;
}

/* The client may be gone. */
static void log_vouched(struct call *call, const struct change *change)
{
	if (call->session)
		log_session(call->outbox, LOGBOOK_ACCOUNT_VOUCHED, call->session, "ACCOUNT",
			change->text);
	else
		outbox_log(call->outbox, LOGBOOK_ACCOUNT_VOUCHED, "ACCOUNT", change->text);
}

/* Another client of the same account may have been the first: its name is taken then. */
static enum login_result vouched_stored(
	struct call *call, const struct change *change, enum stored status, const char **ret_reason)
{
	const struct account *account;

	if (status == STORED_YES)
		log_vouched(call, change);
	if (!call->session)
		return LOGIN_RESULT_FAILED;
	account = account_find(call->world, change->text);
	if (account && account->flags & ACCOUNT_FLAG_OUTSIDE)
		return accept_outside(call, account, ret_reason);
	*ret_reason = "your account could not be stored, try again later";
	return LOGIN_RESULT_FAILED;
}

/* While nothing can be stored, the process remembers the code. */
static enum login_result login_code_stored(struct call *call, const char **ret_reason)
{
	const struct login *login = call->session ? login_of(call->session) : NULL;

	if (!login)
		return LOGIN_RESULT_FAILED;
	return accept_account(call, account_find_id(call->world, login->account), ret_reason);
}

enum login_result login_stored(
	struct call *call, const struct change *change, enum stored status, const char **ret_reason)
{
	return change->kind == CHANGE_KIND_LOGIN_CODE
		       ? login_code_stored(call, ret_reason)
		       : vouched_stored(call, change, status, ret_reason);
}
