/* Owns HOLD of ChanServ, and the warnings before a channel expires. */
#include "action/expiring.h"
#include "base/date.h"
#include "bots/asking.h"
#include "bots/chanserv.h"
#include "bots/expiry_warning.h"
#include "bots/voice.h"
#include "world/channel.h"
#include "world/founders.h"
#include "world/user.h"

static void store_channel_hold(
	struct errand *errand, const struct registered_channel *registered, bool is_held)
{
	struct registered_channel copy = *registered;
	struct change *change = chanserv_change(errand, registered);

	if (!change)
		return;
	copy.options &= ~(uint32_t) REGISTERED_OPTION_HELD;
	if (is_held)
		copy.options |= REGISTERED_OPTION_HELD;
	chanserv_add_channel(errand, change, &copy);
	bot_ask_change(errand->call, change, "%s %s.", registered->channel->name,
		is_held ? "does not expire" : "expires like others");
}

static void run_channel_hold(struct errand *errand)
{
	const struct registered_channel *registered = chanserv_find(errand, errand->params[0]);
	bool is_on;

	if (registered && bot_read_switch(errand, errand->params[1], &is_on))
		store_channel_hold(errand, registered, is_on);
}

/* The day on which the sweep finds that it has expired. */
static void warn_of_expiry(
	struct call *call, const struct registered_channel *registered, uint32_t days_left)
{
	char date[DATE_BYTES];

	date_format_plain(call->world->wall_ms + (days_left + 1) * (uint64_t) DAY_MS, date);
	date[10] = '\0';
	service_say(call, &service_chanserv,
		"%s will not be registered any more on %s, unless somebody with a rank there joins "
		"it before.",
		registered->channel->name, date);
}

void expiry_warn_founder(struct call *call)
{
	const struct account *account = account_of_user(call->world, call->user);
	const struct list *channels = account ? founder_channels(call->world, account->id) : NULL;
	const struct registered_channel *registered;

	if (!channels || !call->world->settings->accounts.channel_expiry_days)
		return;
	LIST_EACH (registered, channels, in_founder) {
		uint32_t days_left = expiring_days_left(call->world, registered);

		if (days_left <= EXPIRING_WARNING_DAYS)
			warn_of_expiry(call, registered, days_left);
	}
}

CHANSERV(hold) = {
	.name = "HOLD",
	.min_params = 2,
	.max_params = 2,
	.cost = 2,
	.flags = SUBCOMMAND_CHANGES,
	.privilege = "force",
	.run = run_channel_hold,
	.papoctl = "channel hold",
	.usage = "<channel> ON|OFF",
	.help = "Keeps a channel with ON from expiring, however long it is not used. For operators "
		"of the server.",
};
