/* Owns NAMES. Modern IRC, "NAMES message"; IRCv3 multi-prefix, userhost-in-names.
 *
 * The names are collected again for each NAMES and JOIN. A text stored with the channel would save
 * about a tenth of the time of many simultaneous joins, but every change of a nickname, a rank or a
 * hidden member would have to update it. */
#include "command/names.h"

#include "action/long_answer.h"
#include "action/look.h"
#include "action/lookup.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/commands.h"
#include "world/caps.h"
#include "world/session.h"
#include "world/user.h"

struct names {
	struct reply_words words;
	struct buffer ranked; /* a name with its prefixes */
	bool has_all_prefixes;
	bool has_hosts;
};

/* Put the name with its prefixes. Most members need none and skip this copy. */
static void put_ranked(struct names *names, uint32_t ranks, const char *name)
{
	buffer_clear(&names->ranked);
	member_prefixes(ranks, names->has_all_prefixes, &names->ranked);
	buffer_put_text(&names->ranked, name);
	reply_words_put(&names->words, names->ranked.bytes);
}

static void put_member_name(struct names *names, const struct member *member)
{
	const char *name = names->has_hosts ? member->user->source : member->user->nick;

	if (member->ranks)
		put_ranked(names, member->ranks, name);
	else
		reply_words_put(&names->words, name);
}

/* True: complete. */
static bool put_members_names(struct answer_part *part, const struct channel *channel)
{
	struct call *call = part->call;
	struct names names = {
		.has_all_prefixes = call->session->caps & CAP_MULTI_PREFIX,
		.has_hosts = call->session->caps & CAP_USERHOST_IN_NAMES,
	};
	struct answer_members members;
	const struct member *member;

	reply_words_begin(&names.words, call, RPL_NAMREPLY,
		channel->flags & CHANNEL_FLAG_SECRET	? '@'
		: channel->flags & CHANNEL_FLAG_PRIVATE ? '*'
							: '=',
		channel->name);
	answer_members_begin(&members, part, channel);
	while ((member = answer_next_member(&members)))
		put_member_name(&names, member);
	reply_words_end(&names.words);
	buffer_done(&names.ranked);
	return answer_members_end(&members);
}

static bool put_names(struct answer_part *part, const char *name)
{
	const struct channel *channel = answer_find_channel(part, name);

	if (channel && !channel_is_visible_to(channel, part->call->user))
		channel = NULL;
	if (channel && !put_members_names(part, channel))
		return false;
	reply(part->call, RPL_ENDOFNAMES, channel ? channel->name : lookup_word(name));
	return true;
}

static bool continue_names(struct answer_part *part)
{
	return answer_each_name(part, put_names);
}

static const struct long_answer answer_names = {
	.kind = ANSWER_KIND_NAMES,
	.go_on = continue_names,
};

void reply_names_unasked(struct call *call, const struct channel *channel)
{
	if (!(call->session->caps & (CAP_NO_IMPLICIT_NAMES | CAP_DRAFT_NO_IMPLICIT_NAMES)))
		long_answer_begin(call, &answer_names, channel->name, NULL);
}

static void begin_names(struct call *call, const char *channels)
{
	CLEANUP(mem_freep) char *names = mem_text(channels);
	char *rest = names, *name;

	while ((name = text_split(&rest, ',')))
		look_spend(call, channel_find(call->world, name), MEMBER_LOOK_NAMES);
	long_answer_begin(call, &answer_names, channels, NULL);
}

static void run(struct call *call)
{
	if (call->n_params)
		begin_names(call, call->params[0]);
	else
		reply(call, RPL_ENDOFNAMES, "*");
}

COMMAND(names) = {
	.name = "NAMES",
	.cost = 2,
	.reach = COMMAND_REACH_ASK,
	.run = run,
	.answers = { &answer_names },
	.usage = "<channel>{,<channel>}",
	.help = "Lists the members of channels.",
};
