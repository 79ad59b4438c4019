/* Owns JOIN. Modern IRC, "JOIN message". */
#include "command/join.h"

#include <string.h>

#include "action/channel_access.h"
#include "action/history_policy.h"
#include "action/history_replay.h"
#include "action/joining.h"
#include "action/look.h"
#include "action/lookup.h"
#include "action/metadata_sync.h"
#include "action/newcomers.h"
#include "action/presence.h"
#include "action/read_marker.h"
#include "action/reply.h"
#include "action/reserved_name.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/commands.h"
#include "command/names.h"
#include "command/part.h"
#include "command/topic.h"
#include "proto/name_syntax.h"
#include "world/caps.h"
#include "world/renaming.h"
#include "world/session.h"
#include "world/sight.h"
#include "world/user.h"

static bool name_is_good(struct call *call, const char *name)
{
	if (channel_name_is_valid(
		    call->world->casemap, name, call->world->settings->channel_length))
		return true;
	if (channel_name_looks_like_one(name))
		reply(call, ERR_BADCHANMASK, lookup_word(name));
	else
		reply(call, ERR_NOSUCHCHANNEL, lookup_word(name));
	return false;
}

void join_welcome(struct call *call, const struct channel *channel)
{
	read_marker_show(call, channel->name);
	reply_topic(call, channel);
	reply_names_unasked(call, channel);
	metadata_sync_joined(call, channel);
}

/* Each client of the user, as they all are there now. */
static void welcome_all(struct call *call, const struct channel *channel)
{
	struct session *session;

	LIST_EACH (session, &call->user->sessions, in_user) {
		struct call other = { .world = call->world,
			.outbox = call->outbox,
			.session = session,
			.user = call->user,
			.command = call->command };

		join_welcome(session == call->session ? call : &other, channel);
		history_tell_newcomer(session == call->session ? call : &other, channel);
		history_replay_channel(&other, channel);
	}
}

static void enter_channel(struct call *call, struct channel *channel, uint32_t ranks)
{
	struct member *member = channel_add(call->world, channel, call->user, ranks);

	sight_hide_newcomer(member);
	if (call->session)
		look_grant(call, member);
	show_arrival(call->world, call->outbox, member);
	welcome_all(call, channel);
	metadata_introduce(call->world, call->outbox, member);
	if (channel->registered)
		channel_access_grant(call->world, call->outbox, member);
}

/* Join the caller to the channel that mode f names. True: that channel accepted it. */
static bool forward_caller(struct call *call, const struct channel *channel)
{
	struct joining joining = { .call = call };

	if (channel->forward)
		joining.channel = channel_find(call->world, channel->forward);
	if (!joining.channel || user_find_member(call->user, joining.channel) ||
		reserved_name_reason(call, BAN_KIND_CHANNEL, joining.channel->name) ||
		joining_find_refusal(&joining) != JOINING_REFUSAL_NONE)
		return false;
	reply(call, ERR_LINKCHANNEL, channel->name, joining.channel->name);
	enter_channel(call, joining.channel, 0);
	return true;
}

static void enter_existing(struct call *call, struct channel *channel, const char *key)
{
	struct joining joining = { .call = call, .channel = channel, .key = key };
	enum joining_refusal refusal = joining_find_refusal(&joining);

	if (refusal == JOINING_REFUSAL_NONE)
		enter_channel(call, channel, 0);
	else if (!forward_caller(call, channel))
		joining_say_refusal(&joining, refusal);
}

/* The channel that had this name before. IRCv3 channel-rename, "Channel redirection". NULL: none,
 * or the caller must not know of it. */
static struct channel *find_renamed(const struct call *call, const char *name)
{
	struct channel *channel = renaming_find(call->world, name);

	return channel && channel_is_visible_to(channel, call->user) ? channel : NULL;
}

/* No channel has that name. A client with channel-rename gets the new name of a renamed one and
 * follows by itself; others are joined to it. */
static void enter_new(struct call *call, const char *name, const char *key)
{
	struct channel *channel = find_renamed(call, name);
	const char *refusal = channel ? NULL : newcomers_may_not_create(call);

	if (refusal) {
		reply(call, ERR_BADCHANNAME, name, refusal);
	} else if (!channel) {
		join_anyway(call, name);
	} else if (call->session->caps & CAP_CHANNEL_RENAME) {
		reply_fail(call, "CHANNEL_RENAMED", "%s %s :The channel has been renamed", name,
			channel->name);
	} else {
		reply(call, ERR_CHANNELRENAMED, name, channel->name);
		if (!user_find_member(call->user, channel))
			enter_existing(call, channel, key);
	}
}

static void join_one(struct call *call, const char *given, const char *key)
{
	CLEANUP(mem_freep) char *name = name_normalise(call->world->casemap, given);
	struct channel *channel = channel_find(call->world, name);
	const char *reserved;

	if (channel && user_find_member(call->user, channel))
		return;
	if (!channel && !name_is_good(call, name))
		return;
	reserved = reserved_name_reason(call, BAN_KIND_CHANNEL, name);
	if (reserved) {
		reply(call, ERR_BADCHANNAME, name, reserved);
		return;
	}
	if (call->user->n_members >= call->world->settings->channels_per_user)
		reply(call, ERR_TOOMANYCHANNELS, name);
	else if (!channel)
		enter_new(call, name, key);
	else
		enter_existing(call, channel, key);
}

void join_anyway(struct call *call, const char *name)
{
	struct channel *channel = channel_find(call->world, name);

	if (channel)
		enter_channel(call, channel, 0);
	else
		enter_channel(call, channel_new(call->world, name), MEMBER_RANK_OPERATOR);
}

void join_automatically(struct call *call, const struct class_settings *class)
{
	call->command = &command_join;
	for (size_t i = 0; i < class->n_auto_join; i++)
		join_one(call, class->auto_join[i], NULL);
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

COMMAND(join) = {
	.name = "JOIN",
	.min_params = 1,
	.cost = 1,
	.flags = COMMAND_NEEDS_NAMES,
	.reach = COMMAND_REACH_WORLD,
	.run = run,
	.usage = "<channel>{,<channel>} [<key>{,<key>}]",
	.help = "Joins channels. A channel that does not exist is created, and you become its "
		"operator. JOIN 0 leaves all channels.",
};
