/* Owns INVITE. Modern IRC, "INVITE message"; IRCv3 invite-notify. */
#include "action/lookup.h"
#include "action/newcomers.h"
#include "action/reply.h"
#include "action/user_rules.h"
#include "command/commands.h"
#include "world/caps.h"
#include "world/fanout.h"
#include "world/invitation.h"
#include "world/user.h"

static bool may_invite(struct call *call, const struct channel *channel)
{
	bool is_for_all = channel->flags & CHANNEL_FLAG_FREE_INVITE ||
			  !(channel->flags & CHANNEL_FLAG_INVITE_ONLY);

	return lookup_rank(call, channel, is_for_all ? 0 : MEMBER_RANK_HALF_OPERATOR);
}

static void send_invitation(
	struct call *call, const struct channel *channel, const struct user *user)
{
	struct fanout fanout;

	fanout_begin(&fanout, call->world, call->outbox, ":%s INVITE %s %s", call->user->source,
		user->nick, channel->name);
	fanout_from(&fanout, call->user);
	fanout_to_user(&fanout, user);
	fanout.except = call->session;
	fanout.needs = CAP_INVITE_NOTIFY;
	fanout_to_rank(&fanout, channel, MEMBER_RANK_HALF_OPERATOR);
	fanout_end(&fanout);
}

/* An invitation by a member without a rank does not pass a mode i that is set later. */
static enum invitation_power power_of(const struct call *call, const struct channel *channel)
{
	if (member_has_rank(user_find_member(call->user, channel), MEMBER_RANK_HALF_OPERATOR))
		return INVITATION_OPENS_ALL;
	return channel->flags & CHANNEL_FLAG_FREE_INVITE ? INVITATION_OPENS_INVITE_ONLY
							 : INVITATION_OPENS_NOTHING;
}

static void invite_user(struct call *call, struct channel *channel, struct user *user)
{
	const char *refusal = newcomers_may_not_write(call, user);
	enum user_verdict verdict;

	if (refusal) {
		reply(call, ERR_CANTSENDTOUSER, user->nick, refusal);
		return;
	}
	verdict = user_rules_ask(&(struct speech){ .call = call, .user = user });
	if (verdict == USER_VERDICT_REFUSE)
		return;
	reply(call, RPL_INVITING, user->nick, channel->name);
	if (verdict == USER_VERDICT_IGNORE)
		return;
	invitation_new(call->world, channel, user, power_of(call, channel));
	if (user->away)
		reply(call, RPL_AWAY, user->nick, user->away);
	send_invitation(call, channel, user);
}

static void list_own(struct call *call)
{
	const struct invitation *invitation;

	LIST_EACH (invitation, &user_extras(call->user)->invitations, in_user)
		if (invitation_is_good(call->world, invitation))
			reply(call, RPL_INVITELIST, invitation->channel->name);
	reply(call, RPL_ENDOFINVITELIST);
}

static void run(struct call *call)
{
	struct user *user;
	struct channel *channel;

	if (call->n_params == 0) {
		list_own(call);
		return;
	}
	if (call->n_params == 1) {
		reply_usage(call);
		return;
	}
	user = lookup_user(call, call->params[0]);
	channel = user ? lookup_channel(call, call->params[1]) : NULL;
	if (!channel || !may_invite(call, channel))
		return;
	if (user_find_member(user, channel))
		reply(call, ERR_USERONCHANNEL, user->nick, channel->name);
	else
		invite_user(call, channel, user);
}

COMMAND(invite) = {
	.name = "INVITE",
	.cost = 2,
	.flags = COMMAND_REACHES_OTHERS,
	.reach = COMMAND_REACH_WORLD,
	.run = run,
	.papoctl = "force join",
	.usage = "[<nick> <channel>]",
	.help = "Invites a user to a channel that you are on. If it has mode i, only its "
		"operators may invite, unless it also has mode g. An invitation by an operator "
		"lets the user past bans and the modes i, k, l and j, once. One by another "
		"member lets the user past mode i only, and only while mode g is set. Without "
		"parameters, lists the channels that you are invited to.",
};
