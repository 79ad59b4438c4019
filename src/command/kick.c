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
	fanout_to_channel(&fanout, member->channel);
	fanout_end(&fanout);
	channel_remove(call->world, member);
}

static void kick_one(struct call *call, const char *channel_name, const char *nick)
{
	struct channel *channel = lookup_channel(call, channel_name);
	struct user *user;
	struct member *member;

	if (!channel || !lookup_operator(call, channel))
		return;
	user = lookup_user(call, nick);
	if (!user)
		return;
	member = user_find_member(user, channel);
	if (member)
		kick(call, member, call->n_params > 2 ? call->params[2] : call->user->nick);
	else
		reply(call, ERR_USERNOTINCHANNEL, user->nick, channel->name);
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
