/* Owns ERASE of NickServ: the end of what an account has said, but not of the account. */
#include <string.h>

#include "action/history_notes.h"
#include "action/lookup.h"
#include "action/session_log.h"
#include "bots/bots.h"
#include "bots/confirmation.h"
#include "bots/voice.h"
#include "world/accounts.h"
#include "world/user.h"

/* NULL: the user was told why. */
static const struct account *find_to_erase(struct errand *errand)
{
	struct call *call = errand->call;
	const struct account *account = account_find(call->world, errand->params[0]);
	bool is_own = account && account == errand->account;

	if (!is_own && !lookup_power(call, "force"))
		bot_say(errand, "%s is not the account that you are logged in to.",
			errand->params[0]);
	else if (!account)
		bot_say(errand, "There is no account %s.", errand->params[0]);
	else if (!call->world->settings->history.is_enabled)
		bot_say(errand, "This server does not record messages.");
	else
		return account;
	return NULL;
}

static void run_erase(struct errand *errand)
{
	const struct account *account = find_to_erase(errand);
	char code[CONFIRMATION_BYTES];

	if (!account)
		return;
	confirmation_format("words", account->id, account->created_wall_ms, code);
	if (!errand->params[1] || strcmp(errand->params[1], code) != 0) {
		confirmation_demand(errand, "erase all that", account->name, "has said here", code);
		return;
	}
	history_forget_account(errand->call, account->id);
	log_session(errand->call->outbox, LOGBOOK_HISTORY_ERASED, errand->call->session, "ACCOUNT",
		account->name);
	bot_say(errand, "What %s has said is removed from the history now.", account->name);
}

NICKSERV(erase) = {
	.name = "ERASE",
	.min_params = 1,
	.max_params = 2,
	.cost = 10,
	.flags = SUBCOMMAND_NEEDS_ACCOUNTS,
	.run = run_erase,
	.papoctl = "account erase",
	.usage = "<account> [<code>]",
	.help = "Erases all that your account has said from the history of this server: on "
		"channels, and in private, where the other user keeps only their own messages, or "
		"none without an account. Without the code, NickServ tells you the code. Backups "
		"of the administrator are not changed. Operators of the server can do this to any "
		"account.",
};
