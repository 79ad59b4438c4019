/* Owns KNOCK: asking the operators of a closed channel for an invitation. Ratbox's numerics, as
 * clients know them. */
#include "base/cleanup.h"
#include "base/mem.h"
#include "command/lookup.h"
#include "command/remark.h"
#include "command/reply.h"
#include "world/user.h"

static const struct rate rate_of_user = { .count = 1, .seconds = 300 };
static const struct rate rate_of_channel = { .count = 1, .seconds = 60 };

static bool is_closed(const struct channel *channel)
{
	return channel->flags & CHANNEL_FLAG_INVITE_ONLY || channel->key ||
	       (channel->limit && channel->n_members >= channel->limit);
}

/* Why a knock would not even be heard; NULL: it would. */
static const char *why_deaf(const struct call *call, const struct channel *channel)
{
	if (channel->flags & CHANNEL_FLAG_NO_KNOCK)
		return "+K";
	return channel_is_banned(call->world, channel, call->user) ? "you are banned" : NULL;
}

/* True: refused. */
static bool refuse(struct call *call, const struct channel *channel)
{
	const char *reason = why_deaf(call, channel);

	if (user_find_member(call->user, channel))
		reply(call, ERR_KNOCKONCHAN, channel->name);
	else if (reason)
		reply(call, ERR_CANNOTKNOCK, channel->name, reason);
	else if (!is_closed(channel))
		reply(call, ERR_CHANOPEN, channel->name);
	else
		return false;
	return true;
}

/* What one knock uses up is not used up by one that is refused. */
static bool is_too_soon(struct call *call, struct channel *channel)
{
	uint64_t of_user_ms = user_extras(call->user)->knocks_full_ms;

	if (!bucket_take_one(&of_user_ms, call->world->now_ms, rate_of_user))
		reply(call, ERR_TOOMANYKNOCK, channel->name, "user");
	else if (!channel_take_knock(call->world, channel, rate_of_channel))
		reply(call, ERR_TOOMANYKNOCK, channel->name, "channel");
	else {
		user_set_knocks(call->user, of_user_ms);
		return false;
	}
	return true;
}

static char *find_reason(struct call *call, struct channel *channel)
{
	const char *given = lookup_reason(call, 1);

	return given ? remark_text(&(struct utterance){ .call = call,
			       .channel = channel,
			       .text = given,
			       .is_for_operators = true })
		     : NULL;
}

static void knock(struct call *call, struct channel *channel)
{
	CLEANUP(mem_freep) char *reason = find_reason(call, channel);
	struct fanout fanout;

	reply(call, RPL_KNOCKDLVR, channel->name);
	numeric_begin(&fanout, call, RPL_KNOCK, channel->name, channel->name, call->user->source,
		reason ? " (" : "", reason ? reason : "", reason ? ")" : "");
	fanout_to_rank(&fanout, channel, MEMBER_RANK_HALF_OPERATOR);
	fanout_end(&fanout);
}

static void run(struct call *call)
{
	struct channel *channel = lookup_channel(call, call->params[0]);

	if (channel && !refuse(call, channel) && !is_too_soon(call, channel))
		knock(call, channel);
}

const struct command command_knock = {
	.name = "KNOCK",
	.min_params = 1,
	.cost = 3,
	.run = run,
	.usage = "<channel> [<reason>]",
	.help = "Asks the operators of a channel that you cannot join for an invitation.",
};
