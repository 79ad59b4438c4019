/* Owns IDENTIFY of NickServ, which is also called LOGIN.
 *
 * A login without SASL: the same check, and the same refusal after the same time. The line is
 * overwritten afterwards, so nothing here depends on the letters of the password. */
#include "bots/nickserv_identify.h"

#include <stdlib.h>

#include "action/account.h"
#include "action/login_limits.h"
#include "action/login_reading.h"
#include "action/session_log.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "bots/bots.h"
#include "bots/voice.h"
#include "world/devices.h"
#include "world/flow.h"
#include "world/login.h"
#include "world/session.h"
#include "world/user.h"

static void check_identity(struct call *call, const char *password)
{
	const char *name = login_of(call->session)->name;
	CLEANUP(mem_freep) char *hash = login_hash(call->world, name);
	uint64_t request = flow_wait(call->world, call->outbox, call->session, SESSION_WAIT_LOGIN);

	if (login_is_outside(call->world, name))
		outbox_check(call->outbox, call->session->id, request, name, password);
	else
		outbox_verify(call->outbox, call->session->id, request, hash, password);
}

static void run_identify(struct errand *errand)
{
	struct call *call = errand->call;
	bool is_named = errand->n_params > 1;
	const char *name = is_named ? errand->params[0] : call->user->nick;
	char device[DEVICE_BYTES + 1];
	const struct account *account = account_find_login(call->world, name, device);
	struct login *login = login_begin(call->session, LOGIN_KIND_IDENTIFY);

	login->name = mem_text(account ? account->name : name);
	login->account = account ? account->id : 0;
	login->begun_ms = call->world->now_ms;
	if (login_may_try(call->world, call->session, login->name))
		check_identity(call, errand->params[is_named]);
	else
		login_refuse(call->world, call->outbox, call->session);
}

void identify_decided(struct call *call, enum login_result result, const char *reason)
{
	login_end(call->session);
	if (result == LOGIN_RESULT_ACCEPTED)
		service_say(call, &service_nickserv, "You are logged in as %s.",
			login_account(call->session));
	else
		service_say(call, &service_nickserv, "You are not logged in: %s.", reason);
}

void identify_refuse(struct call *call)
{
	log_session(call->outbox, LOGBOOK_LOGIN_REFUSED, call->session, "METHOD", "IDENTIFY");
	login_end(call->session);
	service_say(call, &service_nickserv, "The password is wrong, or there is no such account.");
}

NICKSERV(identify) = {
	.name = "IDENTIFY",
	.min_params = 1,
	.max_params = 2,
	.cost = 2,
	.flags = SUBCOMMAND_NEEDS_ACCOUNTS,
	.secret = SUBCOMMAND_SECRET_LAST,
	.run = run_identify,
	.usage = "[<account or nick>] <password>",
	.help = "Logs you in. Without a name, the account is that of your present nickname.",
};

NICKSERV(login) = {
	.name = "LOGIN",
	.min_params = 1,
	.max_params = 2,
	.cost = 2,
	.flags = SUBCOMMAND_NEEDS_ACCOUNTS,
	.secret = SUBCOMMAND_SECRET_LAST,
	.run = run_identify,
	.usage = "[<account or nick>] <password>",
	.help = "The same as IDENTIFY.",
};
