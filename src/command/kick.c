/* Owns KICK. Modern IRC, "KICK message"; RFC 2812 3.2.8. */
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/lookup.h"
#include "command/reply.h"
#include "world/fanout.h"
#include "world/user.h"

static void kick(struct call *call, struct member *member, const char *reason)
{
	size_t length = text_cut_utf8(reason, strlen(reason), call->world->settings->kick_length);
	struct fanout fanout;

	fanout_begin(&fanout, call->world, call->outbox, ":%s KICK %s %s :%.*s", call->user->source,
		member->channel->name, member->user->nick, (int) length, reason);
	fanout_about(&fanout, member);
	fanout_end(&fanout);
	channel_remove(call->world, member);
}

/* True: refused. Nobody is kicked by those below. */
static bool refuse(struct call *call, const struct member *kicker, const struct member *member)
{
	const struct channel *channel = member->channel;

	if (channel->flags & CHANNEL_FLAG_NO_KICK && !call->user->operator_name)
		reply(call, ERR_RESTRICTED, channel->name, member->user->nick);
	else if (!member_reaches(kicker, member))
		reply(call, ERR_CHANOPRIVSNEEDED, channel->name);
	else
		return false;
	return true;
}

static void kick_one(struct call *call, const char *channel_name, const char *nick)
{
	const struct channel *channel = lookup_channel(call, channel_name);
	const struct member *kicker =
		channel ? lookup_rank(call, channel, MEMBER_RANK_HALF_OPERATOR) : NULL;
	const struct user *user = kicker ? lookup_user(call, nick) : NULL;
	struct member *member;

	if (!user)
		return;
	member = user_find_member(user, channel);
	if (!member)
		reply(call, ERR_USERNOTINCHANNEL, user->nick, channel->name);
	else if (!refuse(call, kicker, member))
		kick(call, member, call->n_params > 2 ? call->params[2] : call->user->nick);
}

/* One channel and many users, or as many channels as users. */
static void run(struct call *call)
{
	CLEANUP(mem_freep) char *channels = mem_text(call->params[0]);
	CLEANUP(mem_freep) char *nicks = mem_text(call->params[1]);
	char *rest = channels, *rest_nicks = nicks, *nick;
	const char *channel = text_split(&rest, ',');

	while ((nick = text_split(&rest_nicks, ','))) {
		if (*nick)
			kick_one(call, channel, nick);
		if (rest)
			channel = text_split(&rest, ',');
	}
}

const struct command command_kick = {
	.name = "KICK",
	.min_params = 2,
	.cost = 1,
	.run = run,
	.usage = "<channel> <nick>{,<nick>} [<reason>]",
	.help = "Throws users out of a channel of which you are an operator.",
};
