/* Owns DROP of NickServ: the end of an account, at the request of its owner or of an operator. */
#include "bots/nickserv_drop.h"

#include <string.h>

#include "action/account_end.h"
#include "action/lookup.h"
#include "base/cleanup.h"
#include "bots/bots.h"
#include "bots/confirmation.h"
#include "bots/voice.h"
#include "world/accounts.h"
#include "world/channel.h"
#include "world/registered_channels.h"
#include "world/user.h"

/* A refusal names so many channels at most. */
#define MOST_NAMED 5

static struct account *find_to_drop(struct errand *errand)
{
	struct call *call = errand->call;
	struct account *account = account_find(call->world, errand->params[0]);
	bool is_own = account && account == errand->account;

	if (!is_own && !lookup_power(call, "force"))
		bot_say(errand, "%s is not the account that you are logged in to.",
			errand->params[0]);
	else if (!account)
		bot_say(errand, "There is no account %s.", errand->params[0]);
	else if (account->change)
		bot_say(errand, "%s is being changed at the moment, try again.", account->name);
	else
		return account;
	return NULL;
}

/* Its channels would be left without anybody who may drop or transfer them. True: refused. */
static bool refuse_founder(struct errand *errand, const struct account *account)
{
	const struct registered_channel *registered;
	CLEANUP(buffer_done) struct buffer names = { 0 };
	size_t n = 0;

	ORDERED_EACH (registered, &errand->call->world->registered_channels)
		if (registered->founder == account->id && n++ < MOST_NAMED)
			buffer_format(&names, "%s%s", names.length ? ", " : "",
				registered->channel->name);
	if (!n)
		return false;
	bot_say(errand,
		"%s is the founder of %s%s. Use TRANSFER or DROP of ChanServ first, for each "
		"channel.",
		account->name, names.bytes, n > MOST_NAMED ? " and others" : "");
	return true;
}

static void run_account_drop(struct errand *errand)
{
	struct account *account = find_to_drop(errand);
	char code[CONFIRMATION_BYTES];

	if (!account || refuse_founder(errand, account))
		return;
	confirmation_format("account", account->id, account->created_wall_ms, code);
	if (!errand->params[1] || strcmp(errand->params[1], code) != 0)
		confirmation_demand(
			errand, "drop", account->name, "and all that is stored about it", code);
	else
		account_end_ask(
			errand->call->world, errand->call->outbox, errand->call->session, account);
}

void nickserv_drop_stored(struct call *call, const struct change *change, int status)
{
	if (call->session && status == STORED_YES)
		service_say(call, &service_nickserv,
			"The account %s has ended, and its data is erased.", change->text);
	else if (call->session)
		service_say(call, &service_nickserv,
			"Nothing has changed: it cannot be stored at the moment, try again later.");
	if (status == STORED_YES)
		account_ended(call, change);
}

NICKSERV(drop) = {
	.name = "DROP",
	.min_params = 1,
	.max_params = 2,
	.cost = 2,
	.flags = SUBCOMMAND_CHANGES,
	.run = run_account_drop,
	.papoctl = "account drop",
	.usage = "<account> [<code>]",
	.help = "Ends your account, and erases all that is stored about it. Without the code, "
		"NickServ tells you the code. Operators of the server can do this to any account.",
};
