/* Owns HOLD of NickServ: accounts that do not expire. */
#include "bots/asking.h"
#include "bots/bots.h"
#include "bots/nickserv.h"
#include "bots/voice.h"

static void edit_held(struct account_fields *fields, const void *data)
{
	const bool *is_held = data;

	fields->flags &= ~(uint32_t) ACCOUNT_FLAG_HELD;
	if (*is_held)
		fields->flags |= ACCOUNT_FLAG_HELD;
}

static void store_hold(struct errand *errand, const struct account *account, bool is_held)
{
	struct change *change = nickserv_change_fields(errand->call, account, edit_held, &is_held);

	if (change)
		bot_ask_change(errand->call, change, "The account %s %s.", account->name,
			is_held ? "does not expire" : "expires like others");
}

static void run_account_hold(struct errand *errand)
{
	const struct account *account = account_find(errand->call->world, errand->params[0]);
	bool is_on;

	if (!account)
		bot_say(errand, "There is no account %s.", errand->params[0]);
	else if (bot_read_switch(errand, errand->params[1], &is_on))
		store_hold(errand, account, is_on);
}

NICKSERV(hold) = {
	.name = "HOLD",
	.min_params = 2,
	.max_params = 2,
	.cost = 2,
	.flags = SUBCOMMAND_CHANGES,
	.privilege = "force",
	.run = run_account_hold,
	.papoctl = "account hold",
	.usage = "<account> ON|OFF",
	.help = "Keeps an account with ON from expiring, however long it is not used. For "
		"operators of the server.",
};
