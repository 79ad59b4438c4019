/* Owns the rights of sources to notify channels, and sends the messages there.
 *
 * A source is no user: it has no session and is not in the maps of the world. Each message is sent
 * by a temporary user in no map, so that the rules and bans of the channel and the tags
 * of lines apply as to other users. */
#include "action/notifying.h"

#include <string.h>

#include "action/delivery.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/mask.h"
#include "proto/message.h"
#include "proto/name_syntax.h"
#include "proto/notification.h"
#include "world/datagram.h"
#include "world/naming.h"
#include "world/renaming.h"
#include "world/user.h"

#define USER_NAME "notify"
#define STRINGIFY_(number) #number
#define STRINGIFY(number) STRINGIFY_(number)

/* One datagram that is being handled. */
struct notifying {
	struct world *world;
	struct outbox *outbox;
	const struct event *event;
	const char *token; /* that the datagram contained; NULL: none */
	struct buffer reply;
};

static const char *verb_of(const struct notifier_settings *source)
{
	return source->is_notice ? "NOTICE" : "PRIVMSG";
}

/* How many bytes of text fit into a line from this source to that channel. */
static size_t count_room(
	const struct world *world, const struct notifier_settings *source, const char *channel)
{
	size_t used = strlen(":!" USER_NAME "@   :") + strlen(source->nick) +
		      strlen(world->settings->server_name) + strlen(verb_of(source)) +
		      strlen(channel);

	return used < MESSAGE_BYTES ? MESSAGE_BYTES - used : 1;
}

/* How many bytes of the text fit into a line, which ends at a space if one is in its second
 * half. */
static size_t cut_line(const char *text, size_t room)
{
	size_t length = strlen(text), cut = text_cut_utf8(text, length, room);

	if (cut == length)
		return cut;
	for (size_t i = cut; i > cut / 2; i--)
		if (text[i] == ' ')
			return i;
	return cut ? cut : 1;
}

static uint32_t count_lines(const char *text, size_t room)
{
	uint32_t n = 0;

	for (; *text; n++) {
		text += cut_line(text, room);
		text += strspn(text, " ");
	}
	return n;
}

static const char *say_lines(
	struct speech *speech, struct channel *channel, const char *text, size_t room)
{
	const char *refusal = NULL;

	while (*text && !refusal) {
		size_t length = cut_line(text, room);
		CLEANUP(mem_freep) char *line = mem_text_n(text, length);

		speech->said = line;
		refusal = deliver_to_channel(speech, channel, 0);
		text += length;
		text += strspn(text, " ");
	}
	return refusal;
}

/* NULL: the text was sent. Otherwise why not. */
static const char *say(struct world *world, struct outbox *outbox,
	const struct notifier_settings *source, struct channel *channel, const char *text)
{
	struct user *user = user_new_apart(
		world, source->nick, USER_NAME, world->settings->server_name, source->name);
	struct call call = { .world = world, .outbox = outbox, .user = user };
	struct speech speech = {
		.call = &call,
		.verb = verb_of(source),
		.is_notice = source->is_notice,
		.is_silent = true,
		.is_as_member = source->is_member,
	};
	const char *refusal =
		say_lines(&speech, channel, text, count_room(world, source, channel->name));

	if (!refusal)
		notification_source_note_said(notification_source_get(world, source->name));
	user_free(user);
	return refusal;
}

static bool has_channel(
	const struct world *world, const struct notifier_settings *source, const char *channel)
{
	for (size_t i = 0; i < source->n_channels; i++)
		if (mask_match_name(world->casemap, source->channels[i], channel))
			return true;
	return false;
}

/* The first source of the datagram that may notify the channel; NULL: none. *ret_sender is the
 * first one for any channel; NULL: none. */
static const struct notifier_settings *find_source(const struct notifying *notifying,
	const char *channel, const struct notifier_settings **ret_sender)
{
	const struct world *world = notifying->world;
	const struct datagram datagram = { .listener = notifying->event->listener,
		.address = notifying->event->address };
	const struct notifier_settings *source = NULL;

	*ret_sender = NULL;
	while ((source = settings_next_notifier(
			world->settings, source, &datagram, notifying->token))) {
		if (has_channel(world, source, channel))
			return source;
		*ret_sender = *ret_sender ? *ret_sender : source;
	}
	return NULL;
}

static void refuse(struct notifying *notifying, const char *source, const char *reason)
{
	struct world *world = notifying->world;

	notification_source_refuse(world, notification_source_get(world, source),
		notifying->event->listener, &notifying->event->address, reason);
	if (!notifying->reply.length)
		buffer_format(&notifying->reply, "error: %s", reason);
}

static void refuse_at(struct notifying *notifying, const struct notifier_settings *source,
	const char *channel, const char *reason)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };

	buffer_format(&text, "%s: %s", channel, reason);
	refuse(notifying, source ? source->name : "", text.bytes);
}

static struct channel *find_notified_channel(const struct world *world, const char *name)
{
	struct channel *channel = channel_find(world, name);

	return channel ? channel : renaming_find(world, name);
}

static const char *wait_for_channel(struct world *world, const struct notifier_settings *settings,
	const char *channel, const char *text)
{
	struct notification_source *source = notification_source_get(world, settings->name);

	if (!channel_name_is_valid(world->casemap, channel, world->settings->channel_length))
		return "no channel can have this name";
	if (!settings->wait_ms)
		return "there is no such channel";
	if (!notification_source_wait(world, source, channel, text, settings->wait_ms))
		return "there is no such channel, and " STRINGIFY(
			NOTIFICATIONS_WAITING) " messages wait already";
	return NULL;
}

/* Called for a text that must wait too, which is not counted again when it is sent. */
static bool take_rate(struct world *world, const struct notifier_settings *source,
	const char *channel, const char *text)
{
	uint32_t n_lines = count_lines(text, count_room(world, source, channel));

	return notification_source_take(
		world, notification_source_get(world, source->name), n_lines);
}

static const char *say_or_wait(struct notifying *notifying, const struct notifier_settings *source,
	const char *name, const char *text)
{
	struct world *world = notifying->world;
	struct channel *channel = find_notified_channel(world, name);

	if (!take_rate(world, source, name, text))
		return NOTIFYING_TOO_MANY;
	return channel ? say(world, notifying->outbox, source, channel, text)
		       : wait_for_channel(world, source, name, text);
}

static void notify_channel(struct notifying *notifying, const char *name, const char *text)
{
	const struct notifier_settings *sender, *source = find_source(notifying, name, &sender);
	const char *refusal;

	if (!source) {
		refuse_at(
			notifying, sender, name, "this is not one of the channels of this source");
		return;
	}
	refusal = say_or_wait(notifying, source, name, text);
	if (refusal)
		refuse_at(notifying, source, name, refusal);
}

static const char *token_of(const struct world *world, const char *name)
{
	const struct notifier_settings *source = settings_find_notifier(world->settings, name);

	return source ? source->token : NULL;
}

/* See datagram.h. */
static void notify_each(struct notifying *notifying, char *text)
{
	char *rest = text, *line;

	notifying->token = token_of(notifying->world, text_split(&rest, '\n'));
	while ((line = text_split(&rest, '\n'))) {
		char *said = line, *names = text_split(&said, ' '), *name;

		while (said && (name = text_split(&names, ',')))
			notify_channel(notifying, name, said);
	}
}

void notify_channels(struct world *world, struct outbox *outbox, const struct event *event)
{
	CLEANUP(mem_freep) char *text = mem_text_n(event->text, event->text_length);
	struct notifying notifying = { .world = world, .outbox = outbox, .event = event };

	if (event->status == DATAGRAM_GOOD)
		notify_each(&notifying, text);
	else
		refuse(&notifying, "", text);
	outbox_reply(outbox, notifying.reply.length ? notifying.reply.bytes : "ok");
	buffer_done(&notifying.reply);
}

/* True: the message was sent or given up. False: it still waits. */
static bool end_waiting(struct world *world, struct outbox *outbox,
	struct notification_source *source, const struct waiting_notification *waiting)
{
	const struct notifier_settings *settings =
		settings_find_notifier(world->settings, source->name);
	struct channel *channel = find_notified_channel(world, waiting->channel);
	CLEANUP(buffer_done) struct buffer reason = { 0 };
	const char *refusal = "the channel did not come into being in time";

	if (!channel && waiting->expires_ms > world->now_ms)
		return false;
	if (channel && settings && has_channel(world, settings, waiting->channel))
		refusal = say(world, outbox, settings, channel, waiting->text);
	else if (channel)
		refusal = "this is not one of the channels of this source any more";
	if (!refusal)
		return true;
	buffer_format(&reason, "%s: %s", waiting->channel, refusal);
	notification_source_refuse(world, source, NULL, NULL, reason.bytes);
	return true;
}

static void say_waiting(
	struct world *world, struct outbox *outbox, struct notification_source *source)
{
	struct waiting_notification *waiting, *after;

	LIST_EACH_SAFE (waiting, after, &source->waiting, in_source)
		if (end_waiting(world, outbox, source, waiting))
			waiting_notification_free(world, source, waiting);
}

static void log_refused_notifications(
	struct world *world, struct outbox *outbox, struct notification_source *source)
{
	const struct refused_notification *refused = &source->refused;
	char count[NUMBER_BYTES];

	if (!notification_source_is_to_log(world, source))
		return;
	outbox_log(outbox, LOGBOOK_NOTIFICATIONS_REFUSED, "SOURCE",
		*source->name ? source->name : NULL, "LISTENER", refused->listener, "ADDRESS",
		refused->address, "COUNT", text_format_u64(refused->count, count), "REASON",
		refused->reason);
	notification_source_note_logged(world, source);
}

void notify_due(struct world *world, struct outbox *outbox)
{
	struct notification_source *source;

	while ((source = notification_sources_due(world))) {
		say_waiting(world, outbox, source);
		log_refused_notifications(world, outbox, source);
		notification_source_set_timer(world, source);
	}
}

bool notify_owns_nick(const struct world *world, const char *nick)
{
	const struct settings *settings = world->settings;

	for (size_t i = 0; i < settings->n_notifiers; i++)
		if (naming_are_alike(world, settings->notifiers[i].nick, nick))
			return true;
	return false;
}
