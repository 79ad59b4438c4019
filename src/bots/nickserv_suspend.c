/* Owns SUSPEND and UNSUSPEND of NickServ: accounts that may not be used for a while, but keep their
 * names, nicks and channels. Users who are logged in to one are disconnected once that is stored.
 */
#include "base/cleanup.h"
#include "bots/bots.h"
#include "bots/nickserv.h"
#include "bots/voice.h"
#include "world/accounts.h"

static void set_suspension(struct errand *errand, bool is_suspended)
{
	const struct account *account = account_find(errand->call->world, errand->params[0]);
	CLEANUP(buffer_done) struct buffer text = { 0 };
	uint32_t flags;

	if (!account) {
		bot_say(errand, "There is no account %s.", errand->params[0]);
		return;
	}
	flags = account->flags & ~(uint32_t) ACCOUNT_FLAG_SUSPENDED;
	if (is_suspended)
		flags |= ACCOUNT_FLAG_SUSPENDED;
	buffer_format(&text, "The account %s %s.", account->name,
		is_suspended ? "is suspended: no client can log in to it" : "can be used again");
	nickserv_store_flags(errand->call, account, flags, buffer_text(&text));
}

static void run_suspend(struct errand *errand)
{
	set_suspension(errand, true);
}

static void run_unsuspend(struct errand *errand)
{
	set_suspension(errand, false);
}

NICKSERV(suspend) = {
	.name = "SUSPEND",
	.min_params = 1,
	.max_params = 1,
	.cost = 2,
	.flags = SUBCOMMAND_CHANGES,
	.privilege = "force",
	.run = run_suspend,
	.papoctl = "account suspend",
	.usage = "<account>",
	.help = "Lets no client log in to an account any more, and disconnects those that are "
		"logged in to it. The account keeps its nicknames and channels. For operators of "
		"the server.",
};

NICKSERV(unsuspend) = {
	.name = "UNSUSPEND",
	.min_params = 1,
	.max_params = 1,
	.cost = 2,
	.flags = SUBCOMMAND_CHANGES,
	.privilege = "force",
	.run = run_unsuspend,
	.papoctl = "account unsuspend",
	.usage = "<account>",
	.help = "Lets a suspended account be used again. For operators of the server.",
};
