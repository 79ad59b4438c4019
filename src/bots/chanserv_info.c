/* Owns INFO and LIST of ChanServ. */
#include "action/history_policy.h"
#include "base/cleanup.h"
#include "base/date.h"
#include "base/text.h"
#include "bots/chanserv.h"
#include "bots/voice.h"
#include "proto/mask.h"
#include "world/accounts.h"
#include "world/channel.h"
#include "world/operating.h"
#include "world/user.h"

/* LIST shows at most this many. */
#define MOST_LISTED 50

/* Mode s and the option hide a channel from users who have nothing to do with it. */
static bool is_hidden(const struct errand *errand, const struct registered_channel *registered)
{
	const struct call *call = errand->call;

	if (session_operator(call->session) || user_find_member(call->user, registered->channel) ||
		registered_channel_rank(registered, errand->account))
		return false;
	return registered->options & REGISTERED_OPTION_PRIVATE ||
	       !channel_is_listed_to(registered->channel, call->user);
}

static const char *founder_name(
	const struct world *world, const struct registered_channel *registered)
{
	const struct account *account = account_find_id(world, registered->founder);

	return account ? account->name : "(none)";
}

static void put_channel_details(struct errand *errand, const struct registered_channel *registered)
{
	const struct channel *channel = registered->channel;
	CLEANUP(buffer_done) struct buffer text = { 0 };

	if (channel->topic)
		bot_say(errand, "Topic: %s", channel->topic);
	if (registered->options & REGISTERED_OPTION_PRIVATE)
		bot_say(errand, "PRIVATE is on.");
	if (errand->call->world->settings->history.is_enabled) {
		history_describe(errand->call->world, channel, &text);
		bot_say(errand, "%s", text.bytes);
	}
}

static void run_channel_info(struct errand *errand)
{
	const struct registered_channel *registered = chanserv_find(errand, errand->params[0]);
	char date[DATE_BYTES];

	if (!registered)
		return;
	if (is_hidden(errand, registered)) {
		bot_say(errand, "%s is registered, and private.", registered->channel->name);
		return;
	}
	date_format_plain(registered->created_wall_ms, date);
	bot_say(errand, "Channel %s, registered %s, founder: %s", registered->channel->name, date,
		founder_name(errand->call->world, registered));
	put_channel_details(errand, registered);
}

CHANSERV(info) = {
	.name = "INFO",
	.min_params = 1,
	.max_params = 1,
	.cost = 1,
	.flags = SUBCOMMAND_NEEDS_ACCOUNTS,
	.run = run_channel_info,
	.papoctl = "registered",
	.usage = "<channel>",
	.help = "Shows who registered a channel, and when, and whether it is recorded.",
};

static bool is_listed_registration(
	const struct errand *errand, const struct registered_channel *registered)
{
	const char *mask = errand->params[0];

	return !is_hidden(errand, registered) &&
	       (!mask || mask_match_name((enum casemap) errand->call->world->casemap, mask,
				 registered->channel->name));
}

static void run_list(struct errand *errand)
{
	const struct world *world = errand->call->world;
	const struct registered_channel *registered;
	uint64_t left_out = 0, n = 0;

	if (errand->params[1] && !text_parse_u64(errand->params[1], &left_out)) {
		bot_say_usage(errand);
		return;
	}
	ORDERED_EACH (registered, &world->registered_channels) {
		if (!is_listed_registration(errand, registered) || n++ < left_out)
			continue;
		if (n - left_out > MOST_LISTED) {
			bot_say(errand, "There are more: LIST %s %llu continues.",
				errand->params[0] ? errand->params[0] : "*",
				(unsigned long long) n - 1);
			return;
		}
		bot_say(errand, "%s, founder: %s", registered->channel->name,
			founder_name(world, registered));
	}
	bot_say(errand, "End of the list: %llu channels.", (unsigned long long) n);
}

CHANSERV(list) = {
	.name = "LIST",
	.max_params = 2,
	.cost = 3,
	.flags = SUBCOMMAND_NEEDS_ACCOUNTS,
	.run = run_list,
	.usage = "[<mask> [<number>]]",
	.help = "Lists registered channels, at most 50 at once; with a number, without so many of "
		"the first ones. The mask may contain * and ?. Private channels are left out.",
};
