/* Owns NAMES. Modern IRC, "NAMES message"; IRCv3 multi-prefix, userhost-in-names. */
#include "command/names.h"

#include "command/long_answer.h"
#include "command/lookup.h"
#include "command/reply.h"
#include "world/caps.h"
#include "world/session.h"
#include "world/user.h"

static void write_name(struct buffer *out, const struct member *member, uint64_t caps)
{
	member_prefixes(member->ranks, caps & CAP_MULTI_PREFIX, out);
	buffer_put_text(
		out, caps & CAP_USERHOST_IN_NAMES ? member->user->source : member->user->nick);
}

/* True: these were all. */
static bool put_members(struct answer_part *part, const struct channel *channel)
{
	struct call *call = part->call;
	struct member *member = NULL;
	struct reply_words words;
	bool may_go_on;

	reply_words_begin(&words, call, RPL_NAMREPLY,
		channel->flags & CHANNEL_FLAG_SECRET	? '@'
		: channel->flags & CHANNEL_FLAG_PRIVATE ? '*'
							: '=',
		channel->name);
	while ((may_go_on = answer_may_go_on(part)) &&
		(member = answer_next_member(part, channel))) {
		if (!member_is_shown_to(member, call->user))
			continue;
		write_name(reply_words_next(&words), member, call->session->caps);
		reply_words_took(&words);
	}
	reply_words_end(&words);
	return may_go_on;
}

static bool put_names(struct answer_part *part, const char *name)
{
	const struct channel *channel = answer_find_channel(part, name);

	if (channel && !channel_is_visible_to(channel, part->call->user))
		channel = NULL;
	if (channel && !put_members(part, channel))
		return false;
	reply(part->call, RPL_ENDOFNAMES, channel ? channel->name : lookup_word(name));
	return true;
}

static bool go_on(struct answer_part *part)
{
	return answer_each_name(part, put_names);
}

const struct long_answer answer_names = {
	.go_on = go_on,
};

void reply_names_unasked(struct call *call, const struct channel *channel)
{
	if (!(call->session->caps & (CAP_NO_IMPLICIT_NAMES | CAP_DRAFT_NO_IMPLICIT_NAMES)))
		long_answer_begin(call, QUESTION_NAMES, channel->name, NULL);
}

static void run(struct call *call)
{
	if (call->n_params)
		long_answer_begin(call, QUESTION_NAMES, call->params[0], NULL);
	else
		reply(call, RPL_ENDOFNAMES, "*");
}

const struct command command_names = {
	.name = "NAMES",
	.cost = 2,
	.run = run,
	.usage = "<channel>{,<channel>}",
	.help = "Shows who is on channels.",
};
