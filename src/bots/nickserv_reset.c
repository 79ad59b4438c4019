/* Owns SENDPASS and SETPASS of NickServ: another password, for an owner who reads the mails of the
 * account.
 *
 * The words of a line with a secret stay where they are when it is overwritten, so the code and the
 * password may be told apart here; a worker checks the one and derives the verifier of the other.
 */
#include "bots/nickserv_reset.h"

#include <string.h>

#include "action/account.h"
#include "action/login_limits.h"
#include "action/mailing.h"
#include "action/registering.h"
#include "action/session_log.h"
#include "action/verifying.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "bots/asking.h"
#include "bots/bots.h"
#include "bots/nickserv.h"
#include "bots/voice.h"
#include "world/flow.h"
#include "world/session.h"

/* Passwords of accounts from outside are not here. */
#define FLAGS_WITHOUT_RESET                                                                        \
	(ACCOUNT_FLAG_UNVERIFIED | ACCOUNT_FLAG_SUSPENDED | ACCOUNT_FLAG_OUTSIDE)

/* The answer is the same whether or not there is such an account. */
static void run_sendpass(struct errand *errand)
{
	struct call *call = errand->call;
	const struct account *account = account_find_owner(call->world, errand->params[0]);
	const char *name = account ? account->name : errand->params[0];
	const char *email = account ? account_extras(account)->email : NULL;
	const char *refusal = mailing_refusal(call->world, call->session, name, NULL);

	if (refusal) {
		bot_say(errand, "%s.", refusal);
		return;
	}
	if (email && !(account->flags & FLAGS_WITHOUT_RESET) &&
		!verifying_waits_for_email(call->world, account) &&
		mailing_may_reach(call->world, email))
		mailing_begin(call, account, MAIL_PURPOSE_RESET, true);
	else
		mailing_count(call->world, call->session, name, NULL);
	bot_say(errand, "If this account has an e-mail address, a code is on its way there. It "
			"lets you choose a password with SETPASS.");
}

static void run_setpass(struct errand *errand)
{
	struct call *call = errand->call;
	struct world *world = call->world;
	const struct account *account = account_find_owner(world, errand->params[0]);
	const char *password = strchr(errand->params[1], ' ');
	struct refusal refusal;
	struct login *login;

	if (!password) {
		bot_say_usage(errand);
		return;
	}
	if (registering_refuses_password(world, password + 1, &refusal)) {
		bot_say(errand, "%s.", refusal.text);
		return;
	}
	login = login_begin(call->session, LOGIN_KIND_SETPASS);
	login->name = mem_text(account ? account->name : errand->params[0]);
	login->account = account ? account->id : 0;
	login->code_hash = mem_text(verifying_hash(world, account, MAIL_PURPOSE_RESET));
	login->begun_ms = world->now_ms;
	if (login_may_try(world, call->session, login->name))
		outbox_derive_with_code(call->outbox, call->session->id,
			flow_wait(world, call->outbox, call->session, SESSION_WAIT_VERIFIER),
			login->code_hash, errand->params[1]);
	else
		login_refuse(world, call->outbox, call->session);
}

static void edit_reset(struct account_fields *fields, const void *data)
{
	fields->verifier = (char *) (uintptr_t) data;
	fields->code = (struct account_code){ 0 };
}

/* Another client may have used the code while it was checked, or the owner has set a password. */
static bool is_code_used(struct call *call, const struct account *account)
{
	const char *hash = verifying_hash(call->world, account, MAIL_PURPOSE_RESET);

	if (account && strcmp(hash, login_of(call->session)->code_hash) == 0)
		return false;
	service_say(call, &service_nickserv, "The code is not valid any more.");
	return true;
}

static void store_reset(struct call *call, const struct event *event)
{
	const struct account *account =
		account_find_id(call->world, login_of(call->session)->account);
	CLEANUP(mem_freep) char *text = mem_text_n(event->text, event->text_length);
	struct change *change = is_code_used(call, account)
					? NULL
					: nickserv_change_fields(call, account, edit_reset, text);

	if (!change)
		return;
	log_session(call->outbox, LOGBOOK_PASSWORD_RESET, call->session, "ACCOUNT", account->name);
	bot_ask_change(call, change,
		"The password of %s is changed. Log in with IDENTIFY or with SASL.", account->name);
}

static bool was_code_wrong(const struct event *event)
{
	return event->status == ANSWER_NO && event->text_length;
}

void setpass_derived(struct call *call, const struct event *event)
{
	struct refusal refusal;

	if (was_code_wrong(event)) {
		login_fail(call->world, call->outbox, call->session, login_of(call->session)->name);
		return;
	}
	if (registering_refuses_verifier(event, &refusal))
		service_say(call, &service_nickserv, "%s.", refusal.text);
	else
		store_reset(call, event);
	login_end(call->session);
}

void setpass_refuse(struct call *call)
{
	log_session(call->outbox, LOGBOOK_LOGIN_REFUSED, call->session, "METHOD", "SETPASS");
	login_end(call->session);
	service_say(call, &service_nickserv,
		"The code is wrong or has expired, or there is no such account.");
}

NICKSERV(resetpass) = {
	.name = "RESETPASS",
	.min_params = 1,
	.max_params = 1,
	.cost = 10,
	.flags = SUBCOMMAND_CHANGES,
	.run = run_sendpass,
	.usage = "<account or nick>",
	.help = "The same as SENDPASS.",
};

NICKSERV(sendpass) = {
	.name = "SENDPASS",
	.min_params = 1,
	.max_params = 1,
	.cost = 10,
	.flags = SUBCOMMAND_CHANGES,
	.run = run_sendpass,
	.usage = "<account or nick>",
	.help = "Sends a code to the e-mail address of an account whose password you have "
		"forgotten; SETPASS takes it.",
};

NICKSERV(setpass) = {
	.name = "SETPASS",
	.min_params = 2,
	.max_params = 2,
	.cost = 10,
	.flags = SUBCOMMAND_CHANGES,
	.secret = 2,
	.run = run_setpass,
	.usage = "<account or nick> <code> <new password>",
	.help = "Changes the password of an account with the code that SENDPASS has sent.",
};
