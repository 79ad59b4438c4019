/* Owns INFO of NickServ. Its owner and operators see what else belongs to the account. */
#include "base/cleanup.h"
#include "base/date.h"
#include "bots/bots.h"
#include "bots/voice.h"
#include "world/accounts.h"
#include "world/operating.h"
#include "world/user.h"

static void put_belongings(struct errand *errand, const struct account *account)
{
	const struct account_extras *extras = account_extras(account);
	const struct account_certificate *certificate;
	const struct account_nick *nick;

	if (extras->totp)
		bot_say(errand, "Logins need a code of six digits.");
	if (extras->email)
		bot_say(errand, "E-mail: %s", extras->email);
	LIST_EACH (nick, &extras->nicks, in_account)
		bot_say(errand, "Nick: %s", nick->name);
	LIST_EACH (certificate, &extras->certificates, in_account)
		bot_say(errand, "Certificate: %s", certificate->fingerprint);
}

static void run_account_info(struct errand *errand)
{
	const struct call *call = errand->call;
	const char *name = errand->params[0] ? errand->params[0] : call->user->nick;
	const struct account *account = errand->account;
	char date[DATE_BYTES];

	if (errand->params[0] || !account)
		account = account_find_owner(call->world, name);
	if (!account) {
		bot_say(errand, "%s is not registered.", name);
		return;
	}
	date_format_plain(account->created_wall_ms, date);
	bot_say(errand, "Account %s, registered %s", account->name, date);
	if (account->flags & ACCOUNT_FLAG_SUSPENDED)
		bot_say(errand, "An operator has suspended this account.");
	if (account->flags & ACCOUNT_FLAG_UNVERIFIED)
		bot_say(errand, "The e-mail address of this account is not verified yet.");
	if (account == errand->account || session_operator(call->session))
		put_belongings(errand, account);
}

NICKSERV(info) = {
	.name = "INFO",
	.max_params = 1,
	.cost = 1,
	.flags = SUBCOMMAND_NEEDS_ACCOUNTS,
	.run = run_account_info,
	.papoctl = "accounts",
	.usage = "[<account or nick>]",
	.help = "Shows when an account was registered. You see more of your own account: its "
		"e-mail address, nicks and certificates.",
};
