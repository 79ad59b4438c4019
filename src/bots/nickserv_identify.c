/* Owns IDENTIFY of NickServ, which is also called LOGIN.
 *
 * A login without SASL: the same check, and the same refusal after the same time. A password may
 * have spaces, so each word may belong to it. All of them are overwritten afterwards, and nothing
 * here depends on their letters: helpers find the name, see action/login_reading.h. */
#include "bots/nickserv_identify.h"

#include "action/account.h"
#include "action/session_log.h"
#include "bots/bots.h"
#include "bots/voice.h"
#include "world/login.h"

static void run_identify(struct errand *errand)
{
	struct login *login = login_begin(errand->call->session, LOGIN_KIND_IDENTIFY);

	buffer_put_text(&login->message, errand->params[0]);
	login_check(errand->call);
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
	.max_params = 1,
	.cost = 2,
	.flags = SUBCOMMAND_NEEDS_ACCOUNTS,
	.secret = 1,
	.run = run_identify,
	.usage = "[<account or nick>] <password>",
	.help = "Logs you in. Without a name, the account is that of your present nickname. A "
		"password with spaces needs the name, if its first word is the name of an account.",
};

NICKSERV(login) = {
	.name = "LOGIN",
	.min_params = 1,
	.max_params = 1,
	.cost = 2,
	.flags = SUBCOMMAND_NEEDS_ACCOUNTS,
	.secret = 1,
	.run = run_identify,
	.usage = "[<account or nick>] <password>",
	.help = "The same as IDENTIFY.",
};
