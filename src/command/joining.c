/* Owns the rules of entering a channel: one row each. */
#include "command/joining.h"

#include <string.h>

#include "base/cleanup.h"
#include "command/reply.h"
#include "world/invitation.h"
#include "world/user.h"

static bool is_banned(const struct joining *joining)
{
	return channel_is_banned(joining->call->world, joining->channel, joining->call->user);
}

static bool is_for_operators(const struct joining *joining)
{
	return joining->channel->flags & CHANNEL_FLAG_OPERATORS_ONLY &&
	       !joining->call->user->operator_name;
}

/* Nobody is connected by TLS, so far. */
static bool is_for_tls(const struct joining *joining)
{
	return joining->channel->flags & CHANNEL_FLAG_TLS_ONLY;
}

static bool is_for_registered(const struct joining *joining)
{
	return joining->channel->flags & CHANNEL_FLAG_REGISTERED_JOIN &&
	       !joining->call->user->account;
}

/* An invitation opens what is for the invited only, and nothing else. */
static bool is_for_invited(const struct joining *joining)
{
	const struct call *call = joining->call;

	return joining->channel->flags & CHANNEL_FLAG_INVITE_ONLY &&
	       !invitation_find(call->world, joining->channel, call->user) &&
	       !channel_welcomes(call->world, joining->channel, call->user);
}

static bool is_locked(const struct joining *joining)
{
	const char *key = joining->channel->key;

	return key && (!joining->key || strcmp(joining->key, key) != 0);
}

static bool is_full(const struct joining *joining)
{
	const struct channel *channel = joining->channel;

	return channel->limit && channel->n_members >= channel->limit;
}

/* The last of all: it counts those whom nothing else kept out. */
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
} rules[] = {
	{ JOINING_REFUSAL_BANNED, is_banned },
	{ JOINING_REFUSAL_OPERATORS_ONLY, is_for_operators },
	{ JOINING_REFUSAL_TLS_ONLY, is_for_tls },
	{ JOINING_REFUSAL_REGISTERED_ONLY, is_for_registered },
	{ JOINING_REFUSAL_INVITE_ONLY, is_for_invited },
	{ JOINING_REFUSAL_KEY, is_locked },
	{ JOINING_REFUSAL_FULL, is_full },
	{ JOINING_REFUSAL_THROTTLED, is_throttled },
};

enum joining_refusal joining_find_refusal(const struct joining *joining)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rules); i++)
		if (rules[i].applies(joining))
			return rules[i].refusal;
	return JOINING_REFUSAL_NONE;
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
			"Cannot join channel (+R), log into an account first");
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
