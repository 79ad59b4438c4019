/* Owns what logging in means for a session and its user. */
#include "action/account.h"

#include <string.h>

#include "action/channel_access.h"
#include "action/closing.h"
#include "action/login_limits.h"
#include "action/nick_owner.h"
#include "action/operators.h"
#include "action/reply.h"
#include "action/session_log.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/casemap.h"
#include "world/always_on.h"
#include "world/caps.h"
#include "world/devices.h"
#include "world/fanout.h"
#include "world/flow.h"
#include "world/login.h"
#include "world/monitor_reach.h"
#include "world/session.h"
#include "world/user.h"

void account_change(struct world *world, struct outbox *outbox, struct user *user,
	const struct account *account)
{
	struct fanout fanout;

	always_on_forget(world, user);
	user_set_account(world, user, account ? account->name : NULL, account ? account->id : 0);
	always_on_touch(world, user);
	fanout_begin(&fanout, world, outbox, ":%s ACCOUNT %s", user->source,
		account ? account->name : "*");
	fanout_from(&fanout, user);
	fanout.needs = CAP_ACCOUNT_NOTIFY;
	fanout_to_user(&fanout, user);
	monitor_to_observers(&fanout, user);
	fanout_end(&fanout);
	channel_access_logged_in(world, outbox, user);
	operator_review(world, outbox, user);
	nick_owner_review(world, outbox, user, false);
}

const char *login_account(const struct session *session)
{
	return session->user ? session->user->account : session->registration->account;
}

bool login_is_required(const struct world *world, const struct session *session)
{
	return settings_need_account(world->settings, session_class(world, session),
		&session->address, session->listener);
}

static const char *or_star(const char *text)
{
	return text ? text : "*";
}

/* nick!user@host, as far as they are known. The caller frees. */
static char *source_of(const struct session *session)
{
	const struct registration *registration = session->registration;
	struct buffer source = { 0 };

	if (session->user)
		return mem_text(session->user->source);
	buffer_format(&source, "%s!%s@*", or_star(registration->nick), or_star(registration->user));
	return buffer_take(&source);
}

uint64_t login_account_id(const struct session *session)
{
	return session->user ? session->user->account_id : session->registration->account_id;
}

static void set_login(struct call *call, const struct account *account)
{
	if (call->user)
		account_change(call->world, call->outbox, call->user, account);
	else
		registration_set_account(call->session->registration,
			account ? account->name : NULL, account ? account->id : 0);
}

/* Days of use are personal, and noted only where they are needed. */
static void note_login(const struct world *world, const struct account *account)
{
	if (world->settings->accounts.expiry_days)
		account_note_use(world, account_find_id(world, account->id));
}

bool login_accept(struct call *call, const struct account *account)
{
	CLEANUP(mem_freep) char *source = source_of(call->session);
	const char *before = login_account(call->session);

	if (account->flags & (ACCOUNT_FLAG_SUSPENDED | ACCOUNT_FLAG_UNVERIFIED))
		return false;
	if (call->user && before && login_account_id(call->session) != account->id)
		close_others(call->world, call->outbox, call->session,
			"Another client of this nickname has logged in to another account");
	if (!before || login_account_id(call->session) != account->id ||
		strcmp(before, account->name) != 0)
		set_login(call, account);
	note_login(call->world, account);
	login_know_address(
		call->world, call->session, &(struct code_owner){ .account = account->id });
	log_session(call->outbox, LOGBOOK_LOGGED_IN, call->session, "ACCOUNT", account->name);
	reply(call, RPL_LOGGEDIN, source, account->name, account->name);
	if (call->user)
		operator_begin_by_itself(call->world, call->outbox, call->session);
	return true;
}

void login_note_device(const struct call *call, const char *login)
{
	const char *at = strrchr(login, '@');

	if (at && call->session->registration)
		registration_set_device(call->session->registration, at + 1);
}

const char *login_obstacle(const struct account *account)
{
	if (account && account->flags & ACCOUNT_FLAG_UNVERIFIED)
		return "the account is not verified yet; the code for /msg NickServ VERIFY is in "
		       "your mail";
	return "the account cannot be used";
}

static void tell_of_logout(struct call *call, struct session *session, const char *source)
{
	struct call other = { .world = call->world, .outbox = call->outbox, .session = session };

	reply(session == call->session ? call : &other, RPL_LOGGEDOUT, source);
}

void login_leave(struct call *call)
{
	CLEANUP(mem_freep) char *source = source_of(call->session);
	struct session *session;

	log_session(call->outbox, LOGBOOK_LOGGED_OUT, call->session, "ACCOUNT",
		login_account(call->session));
	set_login(call, NULL);
	if (!call->user)
		tell_of_logout(call, call->session, source);
	else
		LIST_EACH (session, &call->user->sessions, in_user)
			tell_of_logout(call, session, source);
}

void login_check(struct call *call)
{
	struct login *login = login_of(call->session);

	login->begun_ms = call->world->now_ms;
	outbox_authenticate(call->outbox, call->session->id,
		flow_wait(call->world, call->outbox, call->session, SESSION_WAIT_LOGIN));
}

static void refuse_after(
	struct world *world, struct outbox *outbox, struct session *session, uint64_t wait_ms)
{
	struct login *login = login_of(session);

	login_forget_secret(login);
	login->refused_ms = login->begun_ms + wait_ms;
	if (login->refused_ms < world->now_ms)
		login->refused_ms = world->now_ms;
	flow_wait(world, outbox, session, SESSION_WAIT_REFUSAL);
}

void login_refuse(struct world *world, struct outbox *outbox, struct session *session)
{
	refuse_after(world, outbox, session, LOGIN_REFUSAL_MS);
}

void login_fail(
	struct world *world, struct outbox *outbox, struct session *session, const char *name)
{
	login_count_failure(world, session, name);
	refuse_after(world, outbox, session, login_refusal_ms(world, name));
}

void login_fail_code(struct world *world, struct outbox *outbox, struct session *session,
	const struct account *account)
{
	code_count_failure(world, session, &(struct code_owner){ .account = account->id });
	login_fail(world, outbox, session, account->name);
}

void login_verifier(
	const struct world *world, const char *name, struct scram_verifier *ret_verifier)
{
	char device[DEVICE_BYTES + 1];
	const struct account *account = account_find_login(world, name, device);
	const char *key = world->settings->cloak_key ? world->settings->cloak_key : "";
	CLEANUP(mem_freep) char *bare = device_cut(name);
	CLEANUP(mem_freep) char *folded = casemap_fold(world->casemap, bare);

	if (account && account->verifier.rounds)
		*ret_verifier = account->verifier;
	else
		scram_verifier_fake(
			(struct digest_input){ key, strlen(key) }, folded, ret_verifier);
}
