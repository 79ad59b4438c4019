/* Owns METADATA and its answers about one user or channel. IRCv3 metadata.
 *
 * There are two versions of the specification; each client gets that of the capability which it
 * requested. Other servers answer all clients in the newer one, and the option ircv3.metadata_as_3
 * does so here. Values are sent in parts like other long answers, and a client that joins a large
 * channel has to ask for them. */
#include <stdlib.h>
#include <string.h>

#include "action/ban_subject.h"
#include "action/channel_rules.h"
#include "action/filtering.h"
#include "action/lookup.h"
#include "action/metadata_push.h"
#include "action/metadata_sync.h"
#include "action/metadata_words.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/commands.h"
#include "command/metadata_subs.h"
#include "proto/name_syntax.h"
#include "world/administrator.h"
#include "world/channel.h"
#include "world/registered_channels.h"
#include "world/session.h"
#include "world/user.h"

/* How often a user may change metadata. */
static const struct rate rate_of_changes = { .count = 20, .seconds = 60 };

struct asked {
	struct call *call;
	const char *given; /* the target as the client calls it */
	struct metadata_target target;
	const struct metadata *metadata; /* the target's */
};

static bool find_user(struct asked *asked)
{
	struct user *user = user_find(asked->call->world, asked->given);

	if (!user)
		return false;
	asked->target = (struct metadata_target){ .name = user->nick, .user = user };
	asked->metadata = &user_extras(user)->metadata;
	return true;
}

static bool find_channel(struct asked *asked)
{
	const struct call *call = asked->call;
	struct channel *channel = channel_find(call->world, asked->given);

	if (!channel || (!channel_is_visible_to(channel, call->user) &&
				!session_is_administrator(call->session)))
		return false;
	asked->target = (struct metadata_target){ .name = channel->name, .channel = channel };
	asked->metadata = &channel->metadata;
	return true;
}

/* False: no such target, or a channel that is hidden from the caller. */
static bool find_metadata_target(struct asked *asked)
{
	const struct call *call = asked->call;
	struct metadata_target *target = &asked->target;

	asked->given = call->params[0];
	if (strcmp(asked->given, "*") == 0) {
		target->name = session_nick(call->session);
		target->user = call->user;
		asked->metadata = call->user ? &user_extras(call->user)->metadata
					     : &call->session->registration->metadata;
		return true;
	}
	if (!call->user)
		return false;
	return find_user(asked) || find_channel(asked);
}

static struct metadata *to_change(const struct asked *asked)
{
	if (asked->target.channel) {
		channel_touch(asked->call->world, asked->target.channel);
		return &asked->target.channel->metadata;
	}
	if (asked->target.user)
		return &user_need_extras(asked->target.user)->metadata;
	return &asked->call->session->registration->metadata;
}

/* Is the caller forbidden to set this key? Removing is always allowed. */
static bool is_key_denied(const struct asked *asked, const char *key)
{
	struct call *call = asked->call;
	const struct settings *settings = call->world->settings;

	return settings_denies(settings->metadata_keys_denied, settings->n_metadata_keys_denied,
		       key, strlen(key)) &&
	       !(call->user && lookup_power(call, "metadata"));
}

/* A user muted on a channel may not set its own values, because the members would see them. */
static bool may_set(const struct asked *asked, bool has_value)
{
	struct call *call = asked->call;
	const struct metadata_target *target = &asked->target;

	if (target->user == call->user && !target->channel)
		return !has_value || !channel_rules_find_muting(call);
	return (target->channel && member_has_rank(user_find_member(call->user, target->channel),
					   MEMBER_RANK_OPERATOR)) ||
	       lookup_power(call, "metadata");
}

/* Changes before registration are free, as no one sees them. */
static bool may_change_now(struct asked *asked)
{
	struct user *user = asked->call->user;

	if (!user || user_take_metadata(asked->call->world, user, rate_of_changes))
		return true;
	metadata_refuse_rate(asked->call, rate_of_changes.seconds / rate_of_changes.count);
	return false;
}

static void get_one(struct asked *asked, const char *key)
{
	struct call *call = asked->call;
	const char *value = metadata_get(asked->metadata, key);

	if (!metadata_key_is_valid(key))
		metadata_skip_key(call, key);
	else if (value)
		reply(call, RPL_KEYVALUE, asked->target.name, key, value);
	else
		reply(call, RPL_KEYNOTSET, asked->target.name, key);
}

static void run_get(struct asked *asked)
{
	metadata_batch_begin(asked->call, asked->target.name);
	for (int i = 2; i < asked->call->n_params; i++)
		get_one(asked, asked->call->params[i]);
	reply_batch_end(asked->call);
}

static void run_list_metadata(struct asked *asked)
{
	const struct metadata *metadata = asked->metadata;

	metadata_batch_begin(asked->call, asked->target.name);
	for (size_t i = 0; i < metadata->count; i++)
		reply(asked->call, RPL_KEYVALUE, asked->target.name, metadata->entries[i].key,
			metadata->entries[i].value);
	reply_batch_end(asked->call);
}

/* True: refused, and the caller has been sent the reason. */
static bool refuse_setting(struct asked *asked, const char *key, const char *value)
{
	struct call *call = asked->call;
	const struct settings *settings = call->world->settings;
	const char *old;

	if (!metadata_key_is_valid(key)) {
		metadata_refuse_key(call, key);
		return true;
	}
	old = metadata_get(asked->metadata, key);
	if (!may_set(asked, value) || (value && is_key_denied(asked, key)))
		metadata_refuse_setting(call, asked->given, key);
	else if (value && (strlen(value) > settings->metadata_value_bytes ||
				  !text_is_utf8(value, strlen(value))))
		metadata_refuse_value(call, key);
	else if (value && !old && asked->metadata->count >= settings->metadata_keys)
		metadata_refuse_count(call, asked->given);
	else if (!value && !old && !metadata_is_3(call->world, call->session))
		metadata_refuse_unset(call, asked->given, key);
	else
		return !may_change_now(asked);
	return true;
}

/* The value, cleaned like a real name. NULL: none was given. */
static char *clean_value(const struct call *call)
{
	return call->n_params > 3 ? real_name_clean(call->params[3], SIZE_MAX) : NULL;
}

/* To a muted user it looks as if it were set. */
static bool is_muted_setter(const struct call *call)
{
	return call->user && banning_mutes(call);
}

/* Replaces the value by what filters leave of it. False: nothing, and the caller may be gone. */
static bool filter_value(struct asked *asked, const char *key, char **value)
{
	struct call *call = asked->call;
	struct filtering filtering =
		filtering_of_metadata(call, key, *value, asked->target.channel);

	if (filtering.stripped && *filtering.stripped)
		mem_set_text(value, filtering.stripped);
	else if (filtering.verdict == FILTER_VERDICT_STRIP)
		filtering.verdict = FILTER_VERDICT_REFUSE;
	free(filtering.stripped);
	switch (filtering.verdict) {
	case FILTER_VERDICT_PASS:
	case FILTER_VERDICT_STRIP:
		return true;
	case FILTER_VERDICT_REFUSE:
		metadata_refuse_text(call, key, filtering.reason);
		return false;
	case FILTER_VERDICT_SWALLOW: /* it looks as if it were set */
		reply(call, RPL_KEYVALUE, asked->given, key, *value);
		return false;
	case FILTER_VERDICT_EXPEL:
		return false;
	}
	return false;
}

static void run_set(struct asked *asked)
{
	struct call *call = asked->call;
	const char *key = call->params[2];
	CLEANUP(mem_freep) char *value = clean_value(call);

	if (value && !*value && metadata_is_3(call->world, call->session))
		mem_set_text(&value, NULL);
	if (refuse_setting(asked, key, value) || (value && !filter_value(asked, key, &value)))
		return;
	if (value)
		reply(call, RPL_KEYVALUE, asked->given, key, value);
	else
		reply(call, RPL_KEYNOTSET, asked->given, key);
	if (is_muted_setter(call))
		return;
	call->has_acted = call->power != NULL;
	if (metadata_set(to_change(asked), key, value) && call->user)
		metadata_push(call, &asked->target, key, value);
}

static void reply_cleared(struct asked *asked, const struct metadata *cleared)
{
	struct call *call = asked->call;
	bool is_3 = metadata_is_3(call->world, call->session);

	metadata_batch_begin(asked->call, asked->target.name);
	for (size_t i = 0; i < cleared->count; i++)
		if (is_3)
			reply(call, RPL_KEYNOTSET, asked->target.name, cleared->entries[i].key);
		else
			reply(call, RPL_KEYVALUE, asked->target.name, cleared->entries[i].key, "");
	reply_batch_end(call);
}

static void run_clear_metadata(struct asked *asked)
{
	struct call *call = asked->call;
	struct metadata cleared = { 0 };

	if (!may_set(asked, false)) {
		metadata_refuse_setting(call, asked->given, "*");
		return;
	}
	if (!may_change_now(asked))
		return;
	if (is_muted_setter(call)) {
		reply_cleared(asked, &cleared);
		return;
	}
	call->has_acted = call->power != NULL;
	metadata_take(&cleared, to_change(asked));
	reply_cleared(asked, &cleared);
	for (size_t i = 0; call->user && i < cleared.count; i++)
		metadata_push(call, &asked->target, cleared.entries[i].key, NULL);
	metadata_done(&cleared);
}

static void run_sync(struct asked *asked)
{
	metadata_sync(asked->call, &asked->target);
}

static void run_sub(struct asked *asked)
{
	metadata_subscribe(asked->call);
}

static void run_unsub(struct asked *asked)
{
	metadata_unsubscribe(asked->call);
}

static void run_subs(struct asked *asked)
{
	metadata_list_subscriptions(asked->call);
}

static const struct subcommand {
	const char *name;
	int min_params;
	bool is_own;		 /* the only target is the caller */
	bool may_ask_everything; /* METADATA_EVERYTHING is a target */
	void (*run)(struct asked *asked);
} subcommands[] = {
	{ "GET", 3, false, false, run_get },
	{ "LIST", 2, false, false, run_list_metadata },
	{ "SET", 3, false, false, run_set },
	{ "CLEAR", 2, false, false, run_clear_metadata },
	{ "SUB", 3, true, false, run_sub },
	{ "UNSUB", 3, true, false, run_unsub },
	{ "SUBS", 2, true, false, run_subs },
	{ "SYNC", 2, false, true, run_sync },
};

static const struct subcommand *find_subcommand(const char *name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(subcommands); i++)
		if (text_equals_ignoring_case(subcommands[i].name, name))
			return &subcommands[i];
	return NULL;
}

static bool is_everything(const struct asked *asked, const struct subcommand *subcommand)
{
	const struct call *call = asked->call;

	return subcommand->may_ask_everything && call->user &&
	       strcmp(call->params[0], METADATA_EVERYTHING) == 0 &&
	       metadata_is_3(call->world, call->session);
}

static bool is_somebody_else(const struct asked *asked)
{
	return asked->target.channel || asked->target.user != asked->call->user;
}

static void run(struct call *call)
{
	struct asked asked = { .call = call };
	const struct subcommand *subcommand = NULL;

	if (call->n_params > 1)
		subcommand = find_subcommand(call->params[1]);
	if (call->n_params < 2)
		metadata_refuse_usage(call, "*");
	else if (!subcommand)
		metadata_refuse_subcommand(call, call->params[1]);
	else if (call->n_params < subcommand->min_params)
		metadata_refuse_usage(call, subcommand->name);
	else if (is_everything(&asked, subcommand))
		metadata_sync_all(call);
	else if (!find_metadata_target(&asked) || (subcommand->is_own && is_somebody_else(&asked)))
		metadata_refuse_target(call, call->params[0]);
	else
		subcommand->run(&asked);
}

COMMAND(metadata) = {
	.name = "METADATA",
	.cost = 2,
	.flags = COMMAND_BEFORE_REGISTRATION,
	.reach = COMMAND_REACH_WORLD,
	.run = run,
	.answers = { &answer_metadata },
	.papoctl = "GET LIST metadata list, SET metadata set, CLEAR metadata clear",
	.usage = "<nick or channel, * for yourself> GET|LIST|SET|CLEAR|SUB|UNSUB|SUBS|SYNC "
		 "[<key>...]",
	.help = "Publishes data about you, or about a channel that you are an operator of. SET "
		"<key> <value> sets a key, SET <key> alone removes it, and CLEAR removes all "
		"keys. GET and LIST show them. SUB and UNSUB choose the keys whose changes you "
		"are sent, SUBS lists these keys, and SYNC sends their current values.",
};
