/* Owns REGISTER and DROP of ChanServ. */
#include <string.h>

#include "action/lookup.h"
#include "base/cleanup.h"
#include "bots/asking.h"
#include "bots/chanserv.h"
#include "bots/confirmation.h"
#include "bots/voice.h"
#include "world/accounts.h"
#include "world/changes.h"
#include "world/channel.h"
#include "world/user.h"

/* NULL: refused. */
static struct channel *find_new_channel(struct errand *errand)
{
	const struct call *call = errand->call;
	const struct settings *settings = call->world->settings;
	struct channel *channel = channel_find(call->world, errand->params[0]);
	const struct member *member = channel ? user_find_member(call->user, channel) : NULL;

	if (!member_has_rank(member, MEMBER_RANK_OPERATOR))
		bot_say(errand, "Join the channel first; only its operators can register it.");
	else if (channel->registered)
		bot_say(errand, "%s is registered already.", channel->name);
	else if (registered_channels_of(call->world, errand->account) >=
		 settings->registered_channels)
		bot_say(errand, "Your account cannot register more than %u channels.",
			settings->registered_channels);
	else
		return channel;
	return NULL;
}

static void run_register(struct errand *errand)
{
	struct channel *channel = find_new_channel(errand);
	struct registered_channel copy = {
		.channel = channel,
		.founder = errand->account->id,
		.created_wall_ms = errand->call->world->wall_ms,
	};
	struct change *change = channel ? chanserv_change_founder(errand, NULL) : NULL;

	if (!change)
		return;
	chanserv_add_channel(errand, change, &copy);
	bot_ask_change(errand->call, change, "%s is registered now, and you are its founder.",
		channel->name);
}

CHANSERV(register) = {
	.name = "REGISTER",
	.min_params = 1,
	.max_params = 1,
	.cost = 5,
	.flags = SUBCOMMAND_NEEDS_LOGIN | SUBCOMMAND_CHANGES,
	.run = run_register,
	.usage = "<channel>",
	.help = "Registers a channel whose operator you are. It then lasts without members, with "
		"its topic, modes and lists, and your account is its founder.",
};

static void run_drop(struct errand *errand)
{
	const struct registered_channel *registered = chanserv_find(errand, errand->params[0]);
	struct store_row row = { .table = STORE_TABLE_CHANNELS, .is_removal = true, .bytes = "" };
	char code[CONFIRMATION_BYTES];
	struct change *change;

	if (!registered || !chanserv_is_founder(errand, registered))
		return;
	confirmation_format("channel", registered->id, registered->created_wall_ms, code);
	if (!errand->params[1] || strcmp(errand->params[1], code) != 0) {
		confirmation_demand(errand, "drop", registered->channel->name,
			"and all that is stored about it", code);
		return;
	}
	change = chanserv_change(errand, registered);
	if (!change)
		return;
	row.id = registered->id;
	change_add_row(errand->call->world, change, row);
	bot_ask_change(
		errand->call, change, "%s is not registered any more.", registered->channel->name);
}

CHANSERV(drop) = {
	.name = "DROP",
	.min_params = 1,
	.max_params = 2,
	.cost = 2,
	.flags = SUBCOMMAND_NEEDS_LOGIN | SUBCOMMAND_CHANGES,
	.run = run_drop,
	.papoctl = "channel drop",
	.usage = "<channel> [<code>]",
	.help = "Ends the registration of a channel. Without the code, ChanServ tells you the "
		"code. Only its founder and operators of the server can do this.",
};
