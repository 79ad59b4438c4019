/* Owns VERIFY of NickServ, which is also called CONFIRM, and RESEND: those of IRCv3
 * account-registration, in a conversation. */
#include "bots/nickserv_verify.h"

#include "action/mailing.h"
#include "action/verifying.h"
#include "bots/bots.h"
#include "bots/voice.h"

static void run_nick_verify(struct errand *errand)
{
	struct refusal refusal;

	if (!verifying_begin(errand->call, LOGIN_KIND_NICKSERV_VERIFY, errand->params[0],
		    errand->params[1], &refusal))
		bot_say(errand, "%s.", refusal.text);
}

void nickserv_verify_checked(struct call *call, const struct event *event)
{
	struct refusal refusal;

	if (!verifying_checked(call, event, CHANGE_KIND_NICKSERV_VERIFY, &refusal))
		service_say(call, &service_nickserv, "%s.", refusal.text);
}

void nickserv_verify_refuse(struct call *call)
{
	struct refusal refusal;

	verifying_refuse(call, &refusal);
	service_say(call, &service_nickserv, "%s.", refusal.text);
}

void nickserv_verify_stored(struct call *call, const struct change *change, int status)
{
	struct refusal refusal;
	bool is_done = verifying_stored(call, change, (enum stored) status, &refusal);

	if (call->session && is_done)
		service_say(call, &service_nickserv, "The account %s is verified.", change->text);
	else if (call->session)
		service_say(call, &service_nickserv, "%s.", refusal.text);
}

/* The answer is the same whether or not there is such an account. */
static void run_resend(struct errand *errand)
{
	struct call *call = errand->call;
	const struct account *account = account_find(call->world, errand->params[0]);
	const char *email = account ? account_extras(account)->email : NULL;
	const char *refusal = mailing_refusal(call->world, call->session, errand->params[0], NULL);

	if (refusal) {
		bot_say(errand, "%s.", refusal);
		return;
	}
	if (email && account->flags & ACCOUNT_FLAG_UNVERIFIED &&
		mailing_may_reach(call->world, email))
		mailing_begin(call, account, MAIL_PURPOSE_VERIFY, true);
	else
		mailing_count(call->world, call->session, errand->params[0], NULL);
	bot_say(errand, "If this account waits for its verification, a new code is on its way.");
}

NICKSERV(verify) = {
	.name = "VERIFY",
	.min_params = 2,
	.max_params = 2,
	.cost = 5,
	.flags = SUBCOMMAND_CHANGES,
	.secret = 2,
	.run = run_nick_verify,
	.usage = "<account> <code>",
	.help = "Verifies the e-mail address of an account that you have registered, with the code "
		"that was sent there, and logs you in.",
};

NICKSERV(confirm) = {
	.name = "CONFIRM",
	.min_params = 2,
	.max_params = 2,
	.cost = 5,
	.flags = SUBCOMMAND_CHANGES,
	.secret = 2,
	.run = run_nick_verify,
	.usage = "<account> <code>",
	.help = "The same as VERIFY.",
};

NICKSERV(resend) = {
	.name = "RESEND",
	.min_params = 1,
	.max_params = 1,
	.cost = 10,
	.flags = SUBCOMMAND_CHANGES,
	.run = run_resend,
	.usage = "<account>",
	.help = "Sends another code to the e-mail address of an account that is not verified yet. "
		"The code that was sent before is not valid any more.",
};
