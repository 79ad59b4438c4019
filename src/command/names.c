/* Owns NAMES. Modern IRC, "NAMES message"; IRCv3 multi-prefix, userhost-in-names. */
#include "command/names.h"

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/lookup.h"
#include "command/reply.h"
#include "world/caps.h"
#include "world/session.h"
#include "world/user.h"

static void write_name(struct buffer *out, const struct member *member, uint32_t caps)
{
	buffer_clear(out);
	member_prefixes(member->ranks, caps & CAP_MULTI_PREFIX, out);
	buffer_put_text(
		out, caps & CAP_USERHOST_IN_NAMES ? member->user->source : member->user->nick);
}

static void put_names(struct call *call, const struct channel *channel)
{
	bool is_member = user_find_member(call->user, channel);
	struct reply_words words;
	struct buffer name = { 0 };

	reply_words_begin(&words, call, RPL_NAMREPLY,
		channel->flags & CHANNEL_FLAG_SECRET ? '@' : '=', channel->name);
	for (size_t i = 0; i < channel->n_members; i++) {
		if (!is_member && channel->members[i]->user->flags & USER_FLAG_INVISIBLE)
			continue;
		write_name(&name, channel->members[i], call->session->caps);
		reply_words_put(&words, name.bytes);
	}
	reply_words_end(&words);
	buffer_done(&name);
}

void reply_names(struct call *call, const struct channel *channel)
{
	put_names(call, channel);
	reply(call, RPL_ENDOFNAMES, channel->name);
}

static void names_of(struct call *call, const char *name)
{
	const struct channel *channel = channel_find(call->world, name);

	if (channel && channel_is_visible_to(channel, call->user))
		reply_names(call, channel);
	else
		reply(call, RPL_ENDOFNAMES, lookup_word(name));
}

static void run(struct call *call)
{
	CLEANUP(mem_freep) char *names = mem_text(call->params[0]);
	char *rest = names, *name;

	if (!names)
		reply(call, RPL_ENDOFNAMES, "*");
	while ((name = text_split(&rest, ',')))
		names_of(call, name);
}

const struct command command_names = {
	.name = "NAMES",
	.cost = 2,
	.run = run,
	.usage = "<channel>{,<channel>}",
	.help = "Shows who is on channels.",
};
