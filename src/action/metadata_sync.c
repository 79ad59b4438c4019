/* Owns sending the current metadata to its subscribers.
 *
 * The cursor's text is the title of the batch, then the targets, separated by commas; its options
 * are the keys, unless they are all that the session subscribes to. */
#include "action/metadata_sync.h"

#include <string.h>

#include "action/metadata_words.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "world/caps.h"
#include "world/monitor.h"
#include "world/session.h"
#include "world/user.h"

/* How often a client may request a sync. */
static const struct rate rate_of_syncs = { .count = 10, .seconds = 60 };

static void put_value(struct call *call, const char *target, const struct metadata_entry *entry)
{
	if (metadata_is_3(call->world, call->session))
		reply(call, RPL_KEYVALUE, target, entry->key, entry->value);
	else
		reply_line(call, ":%s METADATA %s %s * :%s", call->world->settings->server_name,
			target, entry->key, entry->value);
}

/* Is the word in a comma-separated list? */
static bool is_in_word_list(const char *list, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = list; (at = strstr(at, word)); at += length)
		if ((at == list || at[-1] == ',') && (!at[length] || at[length] == ','))
			return true;
	return false;
}

static bool is_key_wanted(const struct answer_part *part, const char *key)
{
	const char *keys = part->cursor->options;

	return keys ? is_in_word_list(keys, key)
		    : metadata_get(&session_extras(part->call->session)->subscriptions, key) !=
			       NULL;
}

static void put_wanted_metadata(
	struct answer_part *part, const char *target, const struct metadata *metadata)
{
	for (size_t i = 0; i < metadata->count; i++)
		if (is_key_wanted(part, metadata->entries[i].key))
			put_value(part->call, target, &metadata->entries[i]);
}

static bool is_about_everything(const struct answer_part *part)
{
	const char *text = part->cursor->text;

	return *text == ',' || text_starts_with(text, METADATA_EVERYTHING ",");
}

static bool is_shown_on(
	const struct channel *channel, const struct user *user, const struct user *asker)
{
	const struct member *member = user_find_member(user, channel);

	return member && member_is_shown_to(member, asker);
}

/* Was the member shown before: on an earlier channel, or as the caller? */
static bool was_shown(const struct answer_part *part, const struct member *member)
{
	const struct user *asker = part->call->user;

	if (!is_about_everything(part))
		return false;
	if (member->user == asker)
		return true;
	for (size_t i = 0; i < asker->n_members; i++) {
		const struct channel *channel = asker->members[i]->channel;

		if (channel == member->channel)
			return false;
		if (is_shown_on(channel, member->user, asker))
			return true;
	}
	return false;
}

/* True: complete. */
static bool put_members_metadata(struct answer_part *part, const struct channel *channel)
{
	struct answer_members members;
	const struct member *member;

	answer_members_begin(&members, part, channel);
	while ((member = answer_next_member(&members)))
		if (!was_shown(part, member))
			put_wanted_metadata(
				part, member->user->nick, &user_extras(member->user)->metadata);
	return answer_members_end(&members);
}

static bool put_channel(struct answer_part *part, const struct channel *channel)
{
	if (!part->cursor->number)
		put_wanted_metadata(part, channel->name, &channel->metadata);
	return !user_find_member(part->call->user, channel) || put_members_metadata(part, channel);
}

void metadata_batch_begin(struct call *call, const char *target)
{
	struct buffer text = { 0 };

	buffer_format(&text, "metadata %s", target);
	reply_batch_begin(call, text.bytes);
	buffer_done(&text);
}

/* The first item is the title; without one there is no batch. */
static bool put_sync_title(struct answer_part *part, const char *title)
{
	if (*title)
		metadata_batch_begin(part->call, title);
	return true;
}

static bool put_named_metadata(struct answer_part *part, const char *name)
{
	const struct channel *channel = answer_find_channel(part, name);
	const struct user *user = user_find(part->call->world, name);

	if (!part->cursor->item)
		return put_sync_title(part, name);
	if (user)
		put_wanted_metadata(part, user->nick, &user_extras(user)->metadata);
	else if (channel && channel_is_visible_to(channel, part->call->user))
		return put_channel(part, channel);
	return true;
}

static bool continue_sync(struct answer_part *part)
{
	struct call *call = part->call;
	bool is_answered;

	call->batch = part->cursor->batch;
	is_answered = answer_each_name(part, put_named_metadata);
	answer_cursor_set_batch(part->cursor, call->batch);
	if (is_answered)
		reply_batch_end(call);
	call->batch = 0;
	return is_answered;
}

const struct long_answer answer_metadata = {
	.kind = ANSWER_KIND_METADATA,
	.go_on = continue_sync,
};

static void begin_sync(struct call *call, const char *title, const char *names, const char *keys)
{
	struct buffer text = { 0 };

	buffer_format(&text, "%s,%s", title, names);
	long_answer_begin(call, &answer_metadata, text.bytes, keys);
	buffer_done(&text);
}

/* Add the monitored users that the caller sees on no channel. */
static void put_strangers(const struct call *call, struct buffer *names)
{
	const struct monitor_entry *entry;

	LIST_EACH (entry, &session_extras(call->session)->monitored, in_session) {
		const struct user *user = user_find(call->world, entry->nick);

		if (user && user != call->user && !user_sees(call->user, user))
			buffer_format(names, ",%s", user->nick);
	}
}

/* Sync all targets: the caller, its channels and their members, and the users it monitors. */
static void ask_about_all(struct call *call, const char *title, const char *keys)
{
	const struct user *user = call->user;
	struct buffer names = { 0 };

	buffer_put_text(&names, user->nick);
	for (size_t i = 0; i < user->n_members; i++)
		buffer_format(&names, ",%s", user->members[i]->channel->name);
	put_strangers(call, &names);
	begin_sync(call, title, names.bytes, keys);
	buffer_done(&names);
}

static bool may_sync_now(struct call *call, const char *target)
{
	if (user_take_sync(call->world, call->user, rate_of_syncs))
		return true;
	metadata_sync_later(call, target, rate_of_syncs.seconds / rate_of_syncs.count);
	return false;
}

void metadata_sync(struct call *call, const struct metadata_target *target)
{
	if (!call->user)
		metadata_refuse_target(call, call->params[0]);
	else if (may_sync_now(call, target->name))
		begin_sync(call, target->name, target->name, NULL);
}

void metadata_sync_all(struct call *call)
{
	if (may_sync_now(call, METADATA_EVERYTHING))
		ask_about_all(call, METADATA_EVERYTHING, NULL);
}

/* Only metadata-3 knows a batch for this. */
void metadata_sync_subscribed(struct call *call, const struct metadata *keys)
{
	bool is_3 = metadata_is_3(call->world, call->session);
	struct buffer list = { 0 };

	if (!(call->session->caps & CAPS_METADATA))
		return;
	for (size_t i = 0; i < keys->count; i++)
		buffer_format(&list, "%s%s", i ? "," : "", keys->entries[i].key);
	ask_about_all(call, is_3 ? METADATA_EVERYTHING : "", list.bytes);
	buffer_done(&list);
}

/* Without subscriptions, only metadata-3 requires an (empty) answer. */
static bool is_synced_unasked(const struct call *call)
{
	const struct session *session = call->session;

	return session->caps & CAPS_METADATA && (session_extras(session)->subscriptions.count ||
							metadata_is_3(call->world, session));
}

void metadata_sync_joined(struct call *call, const struct channel *channel)
{
	if (!is_synced_unasked(call))
		return;
	if (channel->n_members > call->world->settings->metadata_sync)
		metadata_sync_later(call, channel->name, 0);
	else
		begin_sync(call, channel->name, channel->name, NULL);
}

void metadata_sync_monitored(struct call *call, const struct user *user)
{
	if (is_synced_unasked(call))
		begin_sync(call, user->nick, user->nick, NULL);
}

struct arrival {
	struct world *world;
	struct outbox *outbox;
	const struct user *user;
};

static void sync_watcher(void *data, struct session *session)
{
	const struct arrival *arrival = data;
	struct call call = { .world = arrival->world,
		.outbox = arrival->outbox,
		.session = session,
		.user = session->user };

	if (!session->is_closing)
		metadata_sync_monitored(&call, arrival->user);
}

void metadata_sync_watchers(struct world *world, struct outbox *outbox, const struct user *user)
{
	struct arrival arrival = { world, outbox, user };

	monitor_each_watcher(world, user->nick, sync_watcher, &arrival);
}

void metadata_sync_own(struct call *call)
{
	const struct metadata *metadata = &user_extras(call->user)->metadata;

	if (!(call->session->caps & CAPS_METADATA))
		return;
	metadata_batch_begin(call, call->user->nick);
	for (size_t i = 0; i < metadata->count; i++)
		put_value(call, call->user->nick, &metadata->entries[i]);
	reply_batch_end(call);
}
