/* Owns TOPIC. Modern IRC, "TOPIC message". */
#include "command/topic.h"

#include <stdlib.h>
#include <string.h>

#include "action/ban_subject.h"
#include "action/channel_rules.h"
#include "action/filtering.h"
#include "action/history_notes.h"
#include "action/look.h"
#include "action/lookup.h"
#include "action/presence.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/commands.h"
#include "proto/formatting.h"
#include "world/fanout.h"
#include "world/user.h"

void reply_topic(struct call *call, const struct channel *channel)
{
	if (!channel->topic)
		return;
	reply(call, RPL_TOPIC, channel->name, channel->topic);
	reply(call, RPL_TOPICWHOTIME, channel->name, channel->topic_setter,
		(unsigned long long) channel->topic_wall_ms / 1000);
}

/* Replaces the topic by what filters leave of it. False: nothing; the setter may be gone. */
static bool filter_topic(struct call *call, struct channel *channel, char **topic)
{
	struct filtering filtering = filtering_of(call, FILTER_PLACE_TOPIC, *topic, channel);
	bool is_left = filtering.stripped && *filtering.stripped;

	if (is_left)
		mem_set_text(topic, filtering.stripped);
	free(filtering.stripped);
	if (filtering.verdict == FILTER_VERDICT_PASS || is_left)
		return true;
	if (filtering.verdict == FILTER_VERDICT_REFUSE || filtering.verdict == FILTER_VERDICT_STRIP)
		reply(call, ERR_CANNOTSENDTOCHAN, channel->name, filtering.reason);
	return false;
}

/* A topic counts as a message to the channel; NULL: refused. Removing it needs the same right, but
 * has no text to check. The caller frees. */
static char *make_topic(struct call *call, struct member *setter)
{
	const char *given = call->params[1];
	bool strips = setter->channel->flags & CHANNEL_FLAG_STRIP_COLOURS;
	CLEANUP(mem_freep) char *topic = strips ? formatting_strip(given) : mem_text(given);
	struct speech speech = {
		.call = call,
		.channel = setter->channel,
		.speaker = setter,
		.text = *given ? topic : NULL,
		.is_for_all = true,
	};
	const char *refusal = channel_rules_refuse(&speech);

	if (refusal) {
		reply(call, ERR_CANNOTSENDTOCHAN, setter->channel->name, refusal);
		return NULL;
	}
	if (*topic && !filter_topic(call, setter->channel, &topic))
		return NULL;
	topic[text_cut_utf8(topic, strlen(topic), call->world->settings->topic_length)] = '\0';
	return TAKE(topic);
}

/* Setting a topic must not reveal a user hidden by mode u: members who do not see the user get the
 * topic from the server. */
static void tell_unseeing(struct call *call, const struct member *setter, const char *topic)
{
	struct fanout fanout;

	fanout_begin(&fanout, call->world, call->outbox, ":%s TOPIC %s :%s",
		call->world->settings->server_name, setter->channel->name, topic);
	fanout_to_unseeing(&fanout, setter);
	history_note_event(&fanout, setter->channel, HISTORY_VERB_TOPIC);
	fanout_end(&fanout);
}

static void tell_topic(struct call *call, const struct member *setter, const char *topic)
{
	struct fanout fanout;

	fanout_begin(&fanout, call->world, call->outbox, ":%s TOPIC %s :%s", call->user->source,
		setter->channel->name, topic);
	fanout_from(&fanout, call->user);
	fanout_to_rank_about(&fanout, setter, 0);
	if (member_is_public(setter))
		history_note_event(&fanout, setter->channel, HISTORY_VERB_TOPIC);
	fanout_end(&fanout);
	if (!member_is_public(setter))
		tell_unseeing(call, setter, topic);
}

static void set_topic(struct call *call, struct member *setter)
{
	CLEANUP(mem_freep) char *topic = make_topic(call, setter);

	if (!topic || banning_mutes(call))
		return;
	reveal(call->world, call->outbox, setter);
	channel_set_topic(call->world, setter->channel, topic,
		member_is_public(setter) ? call->user->source : call->world->settings->server_name);
	tell_topic(call, setter, topic);
}

/* The caller's membership if it may set the topic: mode t requires a halfop. NULL: refused. */
static struct member *find_setter(struct call *call, const struct channel *channel)
{
	return channel->flags & CHANNEL_FLAG_TOPIC_LOCKED
		       ? lookup_rank(call, channel, MEMBER_RANK_HALF_OPERATOR)
		       : lookup_membership(call, channel);
}

static void run(struct call *call)
{
	struct channel *channel = lookup_channel(call, call->params[0]);
	struct member *setter;

	if (!channel)
		return;
	if (call->n_params > 1) {
		setter = find_setter(call, channel);
		if (setter)
			set_topic(call, setter);
		return;
	}
	look_spend(call, channel, MEMBER_LOOK_TOPIC);
	if (channel->topic)
		reply_topic(call, channel);
	else
		reply(call, RPL_NOTOPIC, channel->name);
}

COMMAND(topic) = {
	.name = "TOPIC",
	.min_params = 1,
	.cost = 1,
	.reach = COMMAND_REACH_WORLD,
	.run = run,
	.usage = "<channel> [<topic>]",
	.help = "Shows or changes the topic of a channel; an empty topic removes it.",
};
