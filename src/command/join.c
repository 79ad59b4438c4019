/* Owns JOIN. Modern IRC, "JOIN message". */
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/lookup.h"
#include "command/names.h"
#include "command/part.h"
#include "command/reply.h"
#include "command/topic.h"
#include "proto/names.h"
#include "world/caps.h"
#include "world/fanout.h"
#include "world/invitation.h"
#include "world/session.h"
#include "world/user.h"

static bool name_is_good(struct call *call, const char *name)
{
	if (channel_name_is_valid(name, call->world->settings->channel_length))
		return true;
	if (channel_name_looks_like_one(name))
		reply(call, ERR_BADCHANMASK, lookup_word(name));
	else
		reply(call, ERR_NOSUCHCHANNEL, lookup_word(name));
	return false;
}

/* True: refused. An invitation opens what is for the invited only, and nothing else. */
static bool refuse(struct call *call, const struct channel *channel, const char *key)
{
	if (channel_is_banned(channel, call->user))
		reply(call, ERR_BANNEDFROMCHAN, channel->name);
	else if (channel->flags & CHANNEL_FLAG_INVITE_ONLY &&
		 !invitation_find(call->world, channel, call->user))
		reply(call, ERR_INVITEONLYCHAN, channel->name);
	else if (channel->key && (!key || strcmp(key, channel->key) != 0))
		reply(call, ERR_BADCHANNELKEY, channel->name);
	else if (channel->limit && channel->n_members >= channel->limit)
		reply(call, ERR_CHANNELISFULL, channel->name);
	else
		return false;
	return true;
}

static void tell_others(struct call *call, const struct channel *channel)
{
	struct fanout fanout;

	fanout_begin(&fanout, call->world, call->outbox, ":%s JOIN %s", call->user->source,
		channel->name);
	fanout_to_channel(&fanout, channel);
	fanout_end(&fanout);
	if (!call->user->away)
		return;
	fanout_begin(&fanout, call->world, call->outbox, ":%s AWAY :%s", call->user->source,
		call->user->away);
	fanout.except = call->session;
	fanout.needs = CAP_AWAY_NOTIFY;
	fanout_to_channel(&fanout, channel);
	fanout_end(&fanout);
}

static void enter(struct call *call, struct channel *channel, uint32_t ranks)
{
	channel_add(call->world, channel, call->user, ranks);
	tell_others(call, channel);
	reply_topic(call, channel);
	reply_names(call, channel);
}

static void join_one(struct call *call, const char *name, const char *key)
{
	struct channel *channel = channel_find(call->world, name);

	if (channel && user_find_member(call->user, channel))
		return;
	if (!channel && !name_is_good(call, name))
		return;
	if (call->user->n_members >= call->world->settings->channels_per_user)
		reply(call, ERR_TOOMANYCHANNELS, name);
	else if (!channel)
		enter(call, channel_new(call->world, name), MEMBER_RANK_OPERATOR);
	else if (!refuse(call, channel, key))
		enter(call, channel, 0);
}

static void run(struct call *call)
{
	CLEANUP(mem_freep) char *names = mem_text(call->params[0]);
	CLEANUP(mem_freep) char *keys = mem_text(call->params[1]);
	char *rest = names, *rest_keys = keys, *name;

	if (strcmp(names, "0") == 0) {
		part_all(call);
		return;
	}
	while ((name = text_split(&rest, ','))) {
		const char *key = text_split(&rest_keys, ',');

		if (*name)
			join_one(call, name, key);
	}
}

const struct command command_join = {
	.name = "JOIN",
	.min_params = 1,
	.cost = 1,
	.run = run,
	.usage = "<channel>{,<channel>} [<key>{,<key>}]",
	.help = "Enters channels; a channel that does not exist is created, and you are its "
		"operator. JOIN 0 leaves all channels.",
};
