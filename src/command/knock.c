/* Owns KNOCK: asking the operators of a closed channel for an invitation. Numerics of ratbox, which
 * clients know. */
#include "action/filtering.h"
#include "action/joining.h"
#include "action/lookup.h"
#include "action/remark.h"
#include "action/reply.h"
#include "action/reserved_name.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "command/commands.h"
#include "world/session.h"
#include "world/user.h"

static const struct rate rate_of_user = { .count = 1, .seconds = 300 };
static const struct rate rate_of_channel = { .count = 1, .seconds = 60 };

static bool has_operator(const struct channel *channel)
{
	for (size_t i = 0; i < channel->n_members; i++)
		if (member_has_rank(channel->members[i], MEMBER_RANK_HALF_OPERATOR))
			return true;
	return false;
}

/* Why a knock cannot help; NULL: an invitation may. */
static const char *why_in_vain(const struct channel *channel, enum joining_refusal refusal)
{
	switch (refusal) {
	case JOINING_REFUSAL_BANNED:
		return "you are banned";
	case JOINING_REFUSAL_OPERATORS_ONLY:
		return "+O, it is for IRC operators";
	case JOINING_REFUSAL_TLS_ONLY:
		return "+z, connect with TLS first";
	case JOINING_REFUSAL_REGISTERED_ONLY:
		return "+R, log in to an account first";
	case JOINING_REFUSAL_NONE:
	case JOINING_REFUSAL_INVITE_ONLY:
	case JOINING_REFUSAL_KEY:
	case JOINING_REFUSAL_FULL:
	case JOINING_REFUSAL_THROTTLED:
		break;
	}
	return has_operator(channel) ? NULL : "no channel operator is present";
}

/* True: refused. */
static bool refuse_knock(struct call *call, struct channel *channel)
{
	const struct joining joining = { .call = call, .channel = channel };
	enum joining_refusal refusal = joining_find_closed(&joining);
	const char *in_vain = why_in_vain(channel, refusal);
	const char *reserved = reserved_name_reason(call, BAN_KIND_CHANNEL, channel->name);

	if (user_find_member(call->user, channel))
		reply(call, ERR_KNOCKONCHAN, channel->name);
	else if (reserved)
		reply(call, ERR_BADCHANNAME, channel->name, reserved);
	else if (channel->flags & CHANNEL_FLAG_NO_KNOCK)
		reply(call, ERR_CANNOTKNOCK, channel->name, "+K");
	else if (refusal == JOINING_REFUSAL_NONE)
		reply(call, ERR_CHANOPEN, channel->name);
	else if (in_vain)
		reply(call, ERR_CANNOTKNOCK, channel->name, in_vain);
	else
		return false;
	return true;
}

/* A refused knock uses up neither budget. */
static bool is_knock_too_soon(struct call *call, struct channel *channel)
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

static char *find_knock_reason(struct call *call, struct channel *channel)
{
	CLEANUP(mem_freep)
	char *given = filtering_rest(call, FILTER_PLACE_PART, lookup_reason(call, 1));

	return given ? remark_text(&(struct speech){ .call = call,
			       .channel = channel,
			       .text = given,
			       .is_for_operators = true })
		     : NULL;
}

static void knock_at(struct call *call, struct channel *channel)
{
	CLEANUP(mem_freep) char *reason = find_knock_reason(call, channel);
	struct fanout fanout;

	if (call->session->is_closing) /* by a filter */
		return;
	reply(call, RPL_KNOCKDLVR, channel->name);
	numeric_begin(&fanout, call, RPL_KNOCK, channel->name, channel->name, call->user->source,
		reason ? " (" : "", reason ? reason : "", reason ? ")" : "");
	fanout_to_rank(&fanout, channel, MEMBER_RANK_HALF_OPERATOR);
	fanout_end(&fanout);
}

static void run(struct call *call)
{
	struct channel *channel = lookup_channel(call, call->params[0]);

	if (channel && !refuse_knock(call, channel) && !is_knock_too_soon(call, channel))
		knock_at(call, channel);
}

COMMAND(knock) = {
	.name = "KNOCK",
	.min_params = 1,
	.cost = 3,
	.flags = COMMAND_REACHES_OTHERS,
	.reach = COMMAND_REACH_WORLD,
	.run = run,
	.usage = "<channel> [<reason>]",
	.help = "Asks the operators of a channel that you cannot join for an invitation. KNOCK "
		"is refused if you are banned, if the channel has mode K, if mode O keeps you "
		"out, or if no channel operator is present.",
};
