/* Owns SET and TRANSFER of ChanServ. */
#include "base/cleanup.h"
#include "base/text.h"
#include "bots/asking.h"
#include "bots/chanserv.h"
#include "bots/chanserv_history.h"
#include "bots/voice.h"
#include "world/accounts.h"
#include "world/channel.h"
#include "world/modes.h"

static void set_private(struct errand *errand, const struct registered_channel *registered)
{
	struct registered_channel copy = *registered;
	struct change *change;
	bool is_set;

	if (!bot_read_switch(errand, errand->params[2], &is_set))
		return;
	change = chanserv_change(errand, registered);
	if (!change)
		return;
	copy.options = is_set ? copy.options | REGISTERED_OPTION_PRIVATE
			      : copy.options & ~(uint32_t) REGISTERED_OPTION_PRIVATE;
	chanserv_add_channel(errand, change, &copy);
	bot_ask_change(errand->call, change, "PRIVATE is %s for %s now.", is_set ? "on" : "off",
		registered->channel->name);
}

static const struct channel_option {
	const char *name;
	/* The value is errand->params[2]. */
	void (*set)(struct errand *errand, const struct registered_channel *registered);
} channel_options[] = {
	{ "HISTORY", chanserv_set_history },
	{ "HISTORY-DAYS", chanserv_set_history_days },
	{ "HISTORY-MESSAGES", chanserv_set_history_messages },
	{ "HISTORY-SINCE", chanserv_set_history_since },
	{ "PRIVATE", set_private },
};

static const struct channel_option *find_option(const char *name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(channel_options); i++)
		if (text_equals_ignoring_case(channel_options[i].name, name))
			return &channel_options[i];
	return NULL;
}

static void run_channel_set(struct errand *errand)
{
	const struct registered_channel *registered = chanserv_find(errand, errand->params[0]);
	const struct channel_option *option = find_option(errand->params[1]);

	if (!registered || !chanserv_may(errand, registered, MEMBER_RANK_OWNER))
		return;
	if (!option)
		bot_say_usage(errand);
	else
		option->set(errand, registered);
}

CHANSERV(set) = {
	.name = "SET",
	.min_params = 3,
	.max_params = 4,
	.cost = 2,
	.flags = SUBCOMMAND_NEEDS_LOGIN | SUBCOMMAND_CHANGES,
	.run = run_channel_set,
	.usage = "<channel> PRIVATE ON|OFF | HISTORY ON|OFF|MEMORY|DEFAULT | HISTORY-DAYS <number> "
		 "| "
		 "HISTORY-MESSAGES <number> | HISTORY-SINCE START|JOIN",
	.help = "Sets an option of a channel. PRIVATE hides it in LIST and INFO from users who "
		"are neither on it nor have a rank there. HISTORY decides whether messages are "
		"recorded: OFF also erases those that are, and with MEMORY they are not on the "
		"disk, and lost when the machine is restarted. HISTORY-DAYS and HISTORY-MESSAGES "
		"limit "
		"how many of them are kept; with 0 the limits of the server count. With "
		"HISTORY-SINCE JOIN, members see nothing from before they joined. You need the "
		"rank +q.",
};

static struct account *find_heir(struct errand *errand, const char *name)
{
	struct account *account = account_find(errand->call->world, name);

	if (!account)
		bot_say(errand, "There is no account %s.", name);
	return account;
}

static void offer_channel(struct errand *errand, const char *name, const char *account_name)
{
	const struct registered_channel *registered = chanserv_find(errand, name);
	const struct account *heir;
	struct registered_channel copy;
	struct change *change;

	if (!registered || !chanserv_is_founder(errand, registered))
		return;
	heir = find_heir(errand, account_name);
	if (!heir)
		return;
	change = chanserv_change(errand, registered);
	if (!change)
		return;
	copy = *registered;
	copy.heir = heir->id == registered->founder ? 0 : heir->id;
	chanserv_add_channel(errand, change, &copy);
	if (!copy.heir)
		bot_ask_change(errand->call, change,
			"%s is not offered to another account any more.",
			registered->channel->name);
	else
		bot_ask_change(errand->call, change,
			"%s becomes the founder of %s with: TRANSFER ACCEPT %s", heir->name,
			registered->channel->name, registered->channel->name);
}

/* True: refused. */
static bool refuse_heir(struct errand *errand, const struct registered_channel *registered)
{
	const struct world *world = errand->call->world;

	if (registered->heir != errand->account->id)
		bot_say(errand, "%s is not offered to your account.", registered->channel->name);
	else if (registered_channels_of(world, errand->account) >=
		 world->settings->registered_channels)
		bot_say(errand, "Your account cannot have more than %u channels.",
			world->settings->registered_channels);
	else
		return false;
	return true;
}

static void accept_channel(struct errand *errand, const char *name)
{
	const struct registered_channel *registered = chanserv_find(errand, name);
	struct registered_channel copy;
	struct change *change;

	if (!errand->account) { /* of an administrator */
		bot_say(errand, "Only the account that a channel is offered to accepts it.");
		return;
	}
	if (!registered || refuse_heir(errand, registered))
		return;
	change = chanserv_change_founder(errand, registered);
	if (!change)
		return;
	copy = *registered;
	copy.founder = errand->account->id;
	copy.heir = 0;
	chanserv_add_channel(errand, change, &copy);
	bot_ask_change(
		errand->call, change, "You are the founder of %s now.", registered->channel->name);
}

static void run_transfer(struct errand *errand)
{
	if (text_equals_ignoring_case(errand->params[0], "ACCEPT"))
		accept_channel(errand, errand->params[1]);
	else
		offer_channel(errand, errand->params[0], errand->params[1]);
}

CHANSERV(transfer) = {
	.name = "TRANSFER",
	.min_params = 2,
	.max_params = 2,
	.cost = 2,
	.flags = SUBCOMMAND_NEEDS_LOGIN | SUBCOMMAND_CHANGES,
	.run = run_transfer,
	.papoctl = "channel transfer",
	.usage = "<channel> <account> | ACCEPT <channel>",
	.help = "Offers a channel to another account, which becomes its founder when it accepts. "
		"An offer to the present founder withdraws the one before.",
};
