/* Owns CLEAR and UNBAN of ChanServ. */
#include "action/channel_access.h"
#include "action/lookup.h"
#include "action/service_modes.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "bots/chanserv.h"
#include "bots/voice.h"
#include "world/banmask.h"
#include "world/channel.h"
#include "world/user.h"

static const struct {
	const char *name;
	enum channel_list list;
} clearable[] = {
	{ "BANS", CHANNEL_LIST_BAN },
	{ "EXCEPTIONS", CHANNEL_LIST_EXCEPTION },
	{ "INVITES", CHANNEL_LIST_INVITE },
	{ "QUIETS", CHANNEL_LIST_QUIET },
};

/* Remove the entries that match the user, or all if it is NULL. */
static void remove_entries(struct errand *errand, struct channel *channel, enum channel_list which,
	const struct user *user)
{
	struct world *world = errand->call->world;
	struct masklist *list = &channel->lists[which];
	const struct ban_target target = { world, user };
	char letter = channel_mode_of_list(which)->letter;
	struct service_modes modes;

	service_modes_begin(&modes, world, errand->call->outbox, channel);
	for (size_t i = 0; i < list->count;) {
		CLEANUP(mem_freep) char *removed = NULL;

		if (user && !banmask_matches(list->entries[i].banmask, &target, true)) {
			i++;
			continue;
		}
		removed =
			masklist_remove(list, (enum casemap) world->casemap, list->entries[i].mask);
		service_modes_note_mask(&modes, letter, false, removed);
	}
	service_modes_end(&modes);
	channel_set_expiry(world, channel);
	channel_touch(world, channel);
}

static void clear_named(struct errand *errand, const struct registered_channel *registered)
{
	for (size_t i = 0; i < ARRAY_LENGTH(clearable); i++)
		if (text_equals_ignoring_case(clearable[i].name, errand->params[1])) {
			remove_entries(errand, registered->channel, clearable[i].list, NULL);
			bot_say(errand, "%s of %s are empty.", clearable[i].name,
				registered->channel->name);
			return;
		}
	if (!text_equals_ignoring_case(errand->params[1], "RANKS")) {
		bot_say_usage(errand);
		return;
	}
	channel_access_take_others(errand->call->world, errand->call->outbox, registered->channel);
	bot_say(errand, "Members of %s have only the ranks of their accounts.",
		registered->channel->name);
}

static void run_clear(struct errand *errand)
{
	const struct registered_channel *registered = chanserv_find(errand, errand->params[0]);

	if (registered && chanserv_may(errand, registered, MEMBER_RANK_ADMIN))
		clear_named(errand, registered);
}

CHANSERV(clear) = {
	.name = "CLEAR",
	.min_params = 2,
	.max_params = 2,
	.cost = 3,
	.flags = SUBCOMMAND_NEEDS_LOGIN,
	.run = run_clear,
	.usage = "<channel> BANS|EXCEPTIONS|INVITES|QUIETS|RANKS",
	.help = "Empties a list of a channel, or takes all ranks that members do not have by their "
		"accounts. Your account needs +a there.",
};

static void run_unban(struct errand *errand)
{
	const struct call *call = errand->call;
	const struct registered_channel *registered = chanserv_find(errand, errand->params[0]);
	const struct user *user = call->user;

	if (!registered || !chanserv_may(errand, registered, MEMBER_RANK_HALF_OPERATOR))
		return;
	if (errand->params[1])
		user = user_find(call->world, errand->params[1]);
	if (!user) {
		bot_say(errand, "There is no user %s.", lookup_word(errand->params[1]));
		return;
	}
	remove_entries(errand, registered->channel, CHANNEL_LIST_BAN, user);
	bot_say(errand, "No ban of %s matches %s now.", registered->channel->name, user->nick);
}

CHANSERV(unban) = {
	.name = "UNBAN",
	.min_params = 1,
	.max_params = 2,
	.cost = 3,
	.flags = SUBCOMMAND_NEEDS_LOGIN,
	.run = run_unban,
	.usage = "<channel> [<nick>]",
	.help = "Removes the bans that match you or another user. Your account needs +h there.",
};
