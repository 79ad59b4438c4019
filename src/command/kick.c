/* Owns KICK and REMOVE, a kick that looks like a PART, so that programs do not rejoin
 * automatically. Modern IRC, "KICK message"; RFC 2812 3.2.8. */
#include <string.h>

#include "action/expelling.h"
#include "action/filtering.h"
#include "action/lookup.h"
#include "action/remark.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/commands.h"
#include "world/operating.h"
#include "world/user.h"

/* The reason is NULL if none is shown. */
typedef void (*expel_fn)(struct call *call, struct member *member, const char *reason);

struct kicking {
	struct call *call;
	expel_fn expel;
	const char *reason; /* what filters have left of it; NULL: none */
};

static void kick_one(struct call *call, struct member *member, const char *reason)
{
	const struct actor actor = actor_of_call(call);

	expel_from_channel(&actor, member, reason);
}

static void remove_one(struct call *call, struct member *member, const char *reason)
{
	CLEANUP(mem_freep) char *shown = mem_text(reason ? reason : "");
	struct fanout fanout;

	shown[text_cut_utf8(shown, strlen(shown), call->world->settings->kick_length)] = '\0';
	fanout_begin(&fanout, call->world, call->outbox, ":%s PART %s :requested by %s%s%s%s",
		member->user->source, member->channel->name, call->user->nick, reason ? " (" : "",
		shown, reason ? ")" : "");
	fanout_from(&fanout, member->user);
	expel_member(&fanout, member, HISTORY_VERB_PART);
}

/* Only the part of the reason that the channel may see. */
static void expel_with_reason(const struct kicking *kicking, struct member *member)
{
	struct call *call = kicking->call;
	struct member *kicker = user_find_member(call->user, member->channel);
	CLEANUP(mem_freep) char *reason = remark_of(call, kicker, kicking->reason);

	kicking->expel(call, member, reason);
}

/* True: refused. A member cannot kick those of a higher rank. */
static bool refuse_kick(struct call *call, const struct member *kicker, const struct member *member)
{
	const struct channel *channel = member->channel;

	if (channel->flags & CHANNEL_FLAG_NO_KICK && !lookup_operator(call))
		reply(call, ERR_RESTRICTED, channel->name, member->user->nick);
	else if (!member_reaches(kicker, member))
		reply(call, ERR_CHANOPRIVSNEEDED, channel->name);
	else
		return false;
	return true;
}

/* False: the caller may not kick on this channel, and one numeric for all nicks is enough. */
static bool expel_one(const struct kicking *kicking, const char *channel_name, const char *nick)
{
	struct call *call = kicking->call;
	const struct channel *channel = lookup_channel(call, channel_name);
	const struct member *kicker =
		channel ? lookup_rank(call, channel, MEMBER_RANK_HALF_OPERATOR) : NULL;
	const struct user *user = kicker ? lookup_user(call, nick) : NULL;
	struct member *member;

	if (!user)
		return kicker;
	member = user_find_member(user, channel);
	if (!member)
		reply(call, ERR_USERNOTINCHANNEL, user->nick, channel->name);
	else if (!refuse_kick(call, kicker, member))
		expel_with_reason(kicking, member);
	return true;
}

/* The next name of the list; empty pieces are skipped. */
static char *next_name(char **rest)
{
	char *name;

	do
		name = text_split(rest, ',');
	while (name && !*name);
	return name;
}

static size_t count_names(const char *list)
{
	CLEANUP(mem_freep) char *copy = mem_text(list);
	char *rest = copy;
	size_t n = 0;

	while (next_name(&rest))
		n++;
	return n;
}

/* RFC 2812 3.2.8: one channel and many users, or as many channels as users. */
static void expel_all(const struct kicking *kicking)
{
	struct call *call = kicking->call;
	CLEANUP(mem_freep) char *channels = mem_text(call->params[0]);
	CLEANUP(mem_freep) char *nicks = mem_text(call->params[1]);
	size_t n_channels = count_names(channels);
	char *rest = channels, *rest_nicks = nicks, *nick;
	const char *channel = NULL;
	bool may_expel = true;

	if (n_channels > 1 && n_channels != count_names(nicks)) {
		reply_usage(call);
		return;
	}
	while ((nick = next_name(&rest_nicks))) {
		if (!channel || n_channels > 1) {
			channel = next_name(&rest);
			may_expel = true;
		}
		if (may_expel)
			may_expel = expel_one(kicking, channel, nick);
	}
}

static void begin_kicking(struct call *call, expel_fn expel)
{
	CLEANUP(mem_freep)
	char *reason = filtering_rest(call, FILTER_PLACE_PART, lookup_reason(call, 2));

	if (!call->session->is_closing) /* by a filter */
		expel_all(&(struct kicking){ call, expel, reason });
}

static void run_kick(struct call *call)
{
	begin_kicking(call, kick_one);
}

static void run_kick_remove(struct call *call)
{
	begin_kicking(call, remove_one);
}

COMMAND(kick) = {
	.name = "KICK",
	.min_params = 2,
	.cost = 1,
	.flags = COMMAND_NEEDS_NAMES,
	.reach = COMMAND_REACH_WORLD,
	.run = run_kick,
	.papoctl = "kick",
	.usage = "<channel> <nick>{,<nick>} [<reason>]",
	.help = "Removes users from a channel of which you are an operator. For several "
		"channels, name as many users, one for each.",
};

COMMAND(remove) = {
	.name = "REMOVE",
	.min_params = 2,
	.cost = 1,
	.flags = COMMAND_NEEDS_NAMES,
	.reach = COMMAND_REACH_WORLD,
	.run = run_kick_remove,
	.papoctl = "kick",
	.usage = "<channel> <nick>{,<nick>} [<reason>]",
	.help = "Removes users as KICK does, but shows it as a PART.",
};
