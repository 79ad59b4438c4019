/* Owns ACCESS and AMODE of ChanServ: the accounts that have a rank on a channel. */
#include "base/cleanup.h"
#include "base/text.h"
#include "bots/asking.h"
#include "bots/chanserv.h"
#include "bots/voice.h"
#include "world/accounts.h"
#include "world/changes.h"
#include "world/channel.h"
#include "world/channel_rows.h"
#include "world/operating.h"
#include "world/user.h"

static void list_access(struct errand *errand, const struct registered_channel *registered)
{
	const struct world *world = errand->call->world;
	const struct account *founder = account_find_id(world, registered->founder);

	if (!session_operator(errand->call->session) &&
		!chanserv_may(errand, registered, MEMBER_RANK_VOICE))
		return;
	bot_say(errand, "Accounts with a rank on %s:", registered->channel->name);
	if (founder)
		bot_say(errand, "+q %s (founder)", founder->name);
	for (uint32_t i = 0; i < registered->n_access; i++) {
		const struct channel_access *access = &registered->access[i];
		const struct account *account = account_find_id(world, access->account);

		if (account)
			bot_say(errand, "+%c %s", member_rank_letter(access->rank), account->name);
	}
	bot_say(errand, "End of the list.");
}

/* Each may give and take what is below the own rank; the founder everything. True: refused. */
static bool refuse_rank_change(struct errand *errand, const struct registered_channel *registered,
	const struct account *account, uint32_t rank)
{
	const struct settings *settings = errand->call->world->settings;
	uint32_t own = registered_channel_rank(registered, errand->account);
	uint32_t old = registered_channel_rank(registered, account);
	bool is_founder = registered->founder == errand->account->id;
	bool is_own = account == errand->account && rank < own;

	if (registered->founder == account->id)
		bot_say(errand, "%s is the founder of %s, whose rank is always +q.", account->name,
			registered->channel->name);
	else if (!is_founder && !is_own && (own <= rank || own <= old))
		bot_say(errand, "You can only give and take ranks below your own on %s.",
			registered->channel->name);
	else if (rank == old)
		bot_say(errand, "Nothing to change.");
	else if (!old && registered->n_access >= settings->channel_access)
		bot_say(errand, "%s cannot have more than %u accounts with a rank.",
			registered->channel->name, settings->channel_access);
	else
		return false;
	return true;
}

static void add_access_row(
	struct errand *errand, struct change *change, const struct account *account, uint32_t rank)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 };
	struct store_row row = {
		.table = STORE_TABLE_CHANNEL_ACCESS, .id = change->channel, .is_removal = !rank
	};

	channel_access_put(&bytes, account->id, rank);
	row.bytes = bytes.bytes;
	row.length = bytes.length;
	change_add_row(errand->call->world, change, row);
}

/* 0: no rank. */
static void change_access(struct errand *errand, const struct registered_channel *registered,
	const char *name, uint32_t rank)
{
	const struct account *account = account_find(errand->call->world, name);
	struct change *change;

	if (!account) {
		bot_say(errand, "There is no account %s.", name);
		return;
	}
	if (refuse_rank_change(errand, registered, account, rank))
		return;
	change = chanserv_change(errand, registered);
	if (!change)
		return;
	add_access_row(errand, change, account, rank);
	if (rank)
		bot_ask_change(errand->call, change, "%s gets +%c on %s from now on.",
			account->name, member_rank_letter(rank), registered->channel->name);
	else
		bot_ask_change(errand->call, change, "%s has no rank on %s any more.",
			account->name, registered->channel->name);
}

static void add_access(struct errand *errand, const struct registered_channel *registered,
	const char *account, const char *letter)
{
	uint32_t rank = chanserv_read_rank(errand, letter);

	if (rank)
		change_access(errand, registered, account, rank);
}

static void run_access(struct errand *errand)
{
	const struct registered_channel *registered = chanserv_find(errand, errand->params[0]);
	const char *verb = errand->params[1];

	if (!registered)
		return;
	if (!verb || text_equals_ignoring_case(verb, "LIST"))
		list_access(errand, registered);
	else if (text_equals_ignoring_case(verb, "ADD") && errand->n_params == 4)
		add_access(errand, registered, errand->params[2], errand->params[3]);
	else if (text_equals_ignoring_case(verb, "DEL") && errand->n_params == 3)
		change_access(errand, registered, errand->params[2], 0);
	else
		bot_say_usage(errand);
}

CHANSERV(access) = {
	.name = "ACCESS",
	.min_params = 1,
	.max_params = 4,
	.cost = 2,
	.flags = SUBCOMMAND_NEEDS_LOGIN | SUBCOMMAND_CHANGES,
	.run = run_access,
	.papoctl = "LIST channel access",
	.usage = "<channel> [LIST | ADD <account> q|a|o|h|v | DEL <account>]",
	.help = "Lists the accounts that have a rank on a channel, or gives or takes one. An "
		"account gets its rank when it joins or logs in. You can give and take ranks "
		"below your own; the founder all.",
};

/* "+o" or "-o"; only + needs the right letter. */
static void run_amode(struct errand *errand)
{
	const struct registered_channel *registered = chanserv_find(errand, errand->params[0]);
	const char *mode = errand->params[1];

	if (!registered)
		return;
	if (!mode)
		list_access(errand, registered);
	else if (errand->n_params == 3 && *mode == '+' && mode[1])
		add_access(errand, registered, errand->params[2], mode + 1);
	else if (errand->n_params == 3 && *mode == '-' && mode[1])
		change_access(errand, registered, errand->params[2], 0);
	else
		bot_say_usage(errand);
}

CHANSERV(amode) = {
	.name = "AMODE",
	.min_params = 1,
	.max_params = 3,
	.cost = 2,
	.flags = SUBCOMMAND_NEEDS_LOGIN | SUBCOMMAND_CHANGES,
	.run = run_amode,
	.usage = "<channel> [+|-q|a|o|h|v <account>]",
	.help = "The same as ACCESS, written like a mode: AMODE #channel +o account.",
};
