/* Owns the rules of joining a channel: one row each. */
#include "action/joining.h"

#include <string.h>

#include "action/reply.h"
#include "base/cleanup.h"
#include "world/banmask.h"
#include "world/invitation.h"
#include "world/operating.h"
#include "world/registered_channels.h"
#include "world/user.h"

static bool has_invitation(const struct joining *joining, bool is_for_all)
{
	const struct call *call = joining->call;
	const struct invitation *invitation =
		invitation_find(call->world, joining->channel, call->user);

	return invitation &&
	       (invitation->power == INVITATION_OPENS_ALL ||
		       (!is_for_all && invitation->power == INVITATION_OPENS_INVITE_ONLY));
}

/* An account with a rank above voice needs no invitation: it could lift every rule. */
static bool is_welcome(const struct joining *joining)
{
	const struct call *call = joining->call;

	return has_invitation(joining, true) ||
	       (joining->channel->registered && channel_rank_of(call->world, joining->channel,
							call->user) > MEMBER_RANK_VOICE);
}

static bool is_banned(const struct joining *joining)
{
	return banmask_bans(joining->call->world, joining->channel, joining->call->user);
}

static bool is_for_operators(const struct joining *joining)
{
	return joining->channel->flags & CHANNEL_FLAG_OPERATORS_ONLY &&
	       !session_operator(joining->call->session);
}

static bool is_for_tls(const struct joining *joining)
{
	return joining->channel->flags & CHANNEL_FLAG_TLS_ONLY &&
	       !(joining->call->user->flags & USER_FLAG_SECURE);
}

static bool is_for_registered(const struct joining *joining)
{
	return joining->channel->flags & CHANNEL_FLAG_REGISTERED_JOIN &&
	       !joining->call->user->account;
}

static bool is_for_invited(const struct joining *joining)
{
	const struct call *call = joining->call;

	return joining->channel->flags & CHANNEL_FLAG_INVITE_ONLY &&
	       !has_invitation(joining, false) &&
	       !banmask_invites(call->world, joining->channel, call->user);
}

static bool is_locked(const struct joining *joining)
{
	const char *key = joining->channel->key;

	return key && (!joining->key || strcmp(joining->key, key) != 0);
}

static bool is_channel_full(const struct joining *joining)
{
	const struct channel *channel = joining->channel;

	return channel->limit && channel->n_members >= channel->limit;
}

/* Counts only users that no other rule refuses. */
static bool is_throttled(const struct joining *joining)
{
	struct channel *channel = joining->channel;

	return channel->join_rate.seconds &&
	       !bucket_take_one(
		       &channel->joins_full_ms, joining->call->world->now_ms, channel->join_rate);
}

static const struct rule {
	enum joining_refusal refusal;
	bool (*applies)(const struct joining *joining);
	bool is_opened; /* by an operator's invitation (RFC 2811 4.3.1), or a rank */
} rules[] = {
	{ JOINING_REFUSAL_BANNED, is_banned, true },
	{ JOINING_REFUSAL_OPERATORS_ONLY, is_for_operators, false },
	{ JOINING_REFUSAL_TLS_ONLY, is_for_tls, false },
	{ JOINING_REFUSAL_REGISTERED_ONLY, is_for_registered, false },
	{ JOINING_REFUSAL_INVITE_ONLY, is_for_invited, true },
	{ JOINING_REFUSAL_KEY, is_locked, true },
	{ JOINING_REFUSAL_FULL, is_channel_full, true },
};

enum joining_refusal joining_find_closed(const struct joining *joining)
{
	bool is_welcomed = is_welcome(joining);

	for (size_t i = 0; i < ARRAY_LENGTH(rules); i++)
		if (!(is_welcomed && rules[i].is_opened) && rules[i].applies(joining))
			return rules[i].refusal;
	return JOINING_REFUSAL_NONE;
}

enum joining_refusal joining_find_refusal(const struct joining *joining)
{
	enum joining_refusal refusal = joining_find_closed(joining);

	if (refusal == JOINING_REFUSAL_NONE && !is_welcome(joining) && is_throttled(joining))
		return JOINING_REFUSAL_THROTTLED;
	return refusal;
}

void joining_say_refusal(const struct joining *joining, enum joining_refusal refusal)
{
	struct call *call = joining->call;
	const char *name = joining->channel->name;

	switch (refusal) {
	case JOINING_REFUSAL_NONE:
		return;
	case JOINING_REFUSAL_BANNED:
		reply(call, ERR_BANNEDFROMCHAN, name);
		return;
	case JOINING_REFUSAL_OPERATORS_ONLY:
		reply(call, ERR_OPERONLY, name);
		return;
	case JOINING_REFUSAL_TLS_ONLY:
		reply(call, ERR_SECUREONLYCHAN, name);
		return;
	case JOINING_REFUSAL_REGISTERED_ONLY:
		reply(call, ERR_NEEDREGGEDNICK, name,
			"Cannot join channel (+R), log in to an account first");
		return;
	case JOINING_REFUSAL_INVITE_ONLY:
		reply(call, ERR_INVITEONLYCHAN, name);
		return;
	case JOINING_REFUSAL_KEY:
		reply(call, ERR_BADCHANNELKEY, name);
		return;
	case JOINING_REFUSAL_FULL:
		reply(call, ERR_CHANNELISFULL, name);
		return;
	case JOINING_REFUSAL_THROTTLED:
		reply(call, ERR_UNAVAILRESOURCE, name);
		return;
	}
}
