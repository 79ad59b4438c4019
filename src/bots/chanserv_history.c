/* Owns SET HISTORY of ChanServ and its limits. They take effect when they are stored; what they
 * remove is gone then, so the end of a history needs a code first. */
#include "bots/chanserv_history.h"

#include <string.h>

#include "base/text.h"
#include "bots/asking.h"
#include "bots/confirmation.h"
#include "bots/voice.h"
#include "world/channel.h"
#include "world/history.h"
#include "world/world.h"

static const struct policy {
	const char *name;
	enum history_policy policy;
	const char *effect;
} policies[] = {
	{ "DEFAULT", HISTORY_POLICY_SERVER, "is recorded if the server records channels." },
	{ "MEMORY", HISTORY_POLICY_MEMORY, "is recorded in memory now, and not on the disk." },
	{ "OFF", HISTORY_POLICY_OFF, "is not recorded now, and has no history." },
	{ "ON", HISTORY_POLICY_ON, "is recorded now." },
};

static const struct policy *find_policy(const char *name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(policies); i++)
		if (text_equals_ignoring_case(policies[i].name, name))
			return &policies[i];
	return NULL;
}

/* True: refused. */
static bool refuse_policy(struct errand *errand, const struct registered_channel *registered,
	const struct policy *policy)
{
	const struct world *world = errand->call->world;
	bool is_on = history_policy_is_on(world, policy->policy);
	char code[CONFIRMATION_BYTES];

	if (is_on && !world->settings->history.is_enabled) {
		bot_say(errand, "This server does not record messages.");
		return true;
	}
	if (policy->policy == HISTORY_POLICY_MEMORY && !world->has_memory_history) {
		bot_say(errand, "This server cannot record messages in memory.");
		return true;
	}
	if (!registered->channel->life ||
		!history_policy_ends(world, registered->history, policy->policy))
		return false;
	confirmation_format("history", registered->id, registered->created_wall_ms, code);
	if (errand->params[3] && strcmp(errand->params[3], code) == 0)
		return false;
	bot_say(errand,
		"This erases all that is recorded of %s, at once. To do so, send: SET %s HISTORY "
		"%s %s",
		registered->channel->name, registered->channel->name, policy->name, code);
	return true;
}

void chanserv_set_history(struct errand *errand, const struct registered_channel *registered)
{
	const struct policy *policy = find_policy(errand->params[2]);
	struct registered_channel copy = *registered;
	struct change *change;

	if (!policy) {
		bot_say_usage(errand);
		return;
	}
	if (refuse_policy(errand, registered, policy))
		return;
	change = chanserv_change(errand, registered);
	if (!change)
		return;
	copy.history = policy->policy;
	chanserv_add_channel(errand, change, &copy);
	bot_ask_change(errand->call, change, "%s %s", registered->channel->name, policy->effect);
}

/* Limits */

/* One of the numbers of a channel. */
struct limit {
	const char *unit;
	uint32_t most; /* 0: no limit */
};

/* False: the user was told why. */
static bool read_limit_of(struct errand *errand, const struct limit *limit, uint32_t *ret_number)
{
	uint64_t number;

	if (!text_parse_u64(errand->params[2], &number)) {
		bot_say_usage(errand);
		return false;
	}
	if (number > (limit->most ? limit->most : INT32_MAX)) {
		bot_say(errand, "At most %u %s can be kept here.",
			limit->most ? limit->most : INT32_MAX, limit->unit);
		return false;
	}
	*ret_number = (uint32_t) number;
	return true;
}

static void ask_for_limit(struct errand *errand, const struct registered_channel *copy,
	const struct limit *limit, uint32_t number)
{
	struct change *change = chanserv_change(errand, copy);
	const char *name = copy->channel->name;

	if (!change)
		return;
	chanserv_add_channel(errand, change, copy);
	if (number)
		bot_ask_change(errand->call, change,
			"%u %s of %s are kept now; the rest is removed within an hour.", number,
			limit->unit, name);
	else
		bot_ask_change(errand->call, change, "The server's limit of %s counts for %s now.",
			limit->unit, name);
}

void chanserv_set_history_days(struct errand *errand, const struct registered_channel *registered)
{
	const struct limit limit = { "days", history_most_days(errand->call->world) };
	struct registered_channel copy = *registered;

	if (!read_limit_of(errand, &limit, &copy.history_days))
		return;
	ask_for_limit(errand, &copy, &limit, copy.history_days);
}

void chanserv_set_history_messages(
	struct errand *errand, const struct registered_channel *registered)
{
	const struct limit limit = { "messages",
		history_most_messages(errand->call->world, registered->channel) };
	struct registered_channel copy = *registered;

	if (!read_limit_of(errand, &limit, &copy.history_messages))
		return;
	ask_for_limit(errand, &copy, &limit, copy.history_messages);
}

/* Who may see it */

void chanserv_set_history_since(struct errand *errand, const struct registered_channel *registered)
{
	bool is_join = text_equals_ignoring_case(errand->params[2], "JOIN");
	struct registered_channel copy = *registered;
	struct change *change;

	if (!is_join && !text_equals_ignoring_case(errand->params[2], "START")) {
		bot_say_usage(errand);
		return;
	}
	change = chanserv_change(errand, registered);
	if (!change)
		return;
	copy.options = is_join ? copy.options | REGISTERED_OPTION_HISTORY_SINCE_JOIN
			       : copy.options & ~(uint32_t) REGISTERED_OPTION_HISTORY_SINCE_JOIN;
	chanserv_add_channel(errand, change, &copy);
	bot_ask_change(errand->call, change,
		is_join ? "Members of %s see only what was said since they joined."
			: "Members of %s see all of its history.",
		registered->channel->name);
}
