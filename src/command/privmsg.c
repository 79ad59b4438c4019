/* Owns PRIVMSG, NOTICE and TAGMSG: nobody answers a NOTICE, and TAGMSG says nothing but tags.
 * Modern IRC, "Sending Messages"; IRCv3 echo-message, message-tags. */
#include "command/privmsg.h"

#include <string.h>

#include "action/broadcast.h"
#include "action/hearing.h"
#include "action/lookup.h"
#include "action/presence.h"
#include "action/reply.h"
#include "action/speaking.h"
#include "action/speech.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/commands.h"
#include "proto/formatting.h"
#include "proto/names.h"
#include "world/acceptance.h"
#include "world/caps.h"
#include "world/fanout.h"
#include "world/msgid.h"
#include "world/session.h"
#include "world/user.h"

/* Who has made itself deaf to what is said in channels. */
static uint32_t deaf_flags(const struct speech *speech)
{
	const char *prefixes = speech->call->world->settings->command_prefixes;
	bool is_command = speech->text && prefixes && strchr(prefixes, *speech->text);

	return USER_FLAG_DEAF | (is_command ? 0 : USER_FLAG_DEAF_BUT_COMMANDS);
}

/* To be redacted. That somebody is typing passes by itself. */
static bool is_kept(const struct speech *speech)
{
	return !speech->is_typing;
}

/* Those on a channel who hear it, and the sender's own client. */
struct room {
	const struct utterance *utterance;
	const struct speech *speech;
	uint32_t rank; /* whoever is below it does not hear it */
};

/* In an auditorium the members who see the speaker hear it, and no others. */
static bool is_unseen(const struct member *speaker)
{
	return speaker && speaker->is_veiled && !speaker->ranks;
}

static void reach_room(struct fanout *fanout, const void *audience)
{
	const struct room *room = audience;
	const struct call *call = room->speech->call;

	fanout->skips = deaf_flags(room->speech);
	if (is_unseen(room->utterance->speaker))
		fanout_to_rank_about(fanout, room->utterance->speaker, room->rank);
	else
		fanout_to_rank(fanout, room->utterance->channel, room->rank);
	if (!member_has_rank(room->utterance->speaker, room->rank) ||
		call->user->flags & fanout->skips)
		fanout_to_session(fanout, call->session);
}

static void say(const struct room *room, const char *target)
{
	const struct utterance *utterance = room->utterance;
	struct call *call = utterance->call;
	const struct spoken spoken = {
		.speech = room->speech,
		.target = target,
		.text = utterance->text,
		.is_plain = utterance->channel->flags & CHANNEL_FLAG_STRIP_COLOURS,
		.id = msgid_next(call->world),
	};

	if (utterance->speaker)
		reveal(call->world, call->outbox, utterance->speaker);
	speech_send(&spoken, reach_room, room);
	if (is_kept(room->speech))
		channel_note_message(utterance->channel,
			&(struct recent_message){ spoken.id, call->user->number, room->rank },
			call->world->settings->redactable_messages);
}

/* Who knows the name of a secret channel may speak there if its modes say so; if not, it is
 * not known to exist. */
static void refuse(struct call *call, const struct channel *channel, const char *refusal)
{
	if (channel_is_visible_to(channel, call->user))
		reply(call, ERR_CANNOTSENDTOCHAN, channel->name, refusal);
	else
		reply(call, ERR_NOSUCHCHANNEL, lookup_word(channel->name));
}

void speak_on(
	const struct speech *speech, struct channel *channel, const char *target, uint32_t rank)
{
	struct call *call = speech->call;
	bool strips = speech->text && channel->flags & CHANNEL_FLAG_STRIP_COLOURS;
	CLEANUP(mem_freep) char *plain = strips ? formatting_strip(speech->text) : NULL;
	struct utterance utterance = {
		.call = call,
		.channel = channel,
		.speaker = user_find_member(call->user, channel),
		.text = strips ? plain : speech->text,
		.is_notice = speech->is_notice,
	};
	struct verdict verdict = speaking_judge(&utterance);

	if (verdict.only_for_operators && rank < MEMBER_RANK_OPERATOR)
		rank = MEMBER_RANK_OPERATOR;
	if (is_unseen(utterance.speaker) && rank < MEMBER_RANK_HALF_OPERATOR)
		rank = MEMBER_RANK_HALF_OPERATOR;
	if (!verdict.refusal)
		say(&(struct room){ &utterance, speech, rank }, target);
	else if (!speech->is_silent)
		refuse(call, channel, verdict.refusal);
}

static void speak_to_channel(const struct speech *speech, const char *name, uint32_t rank)
{
	struct call *call = speech->call;
	struct channel *channel = channel_find(call->world, name);
	struct buffer target = { 0 };

	/* As the channel calls itself: clients may fold names otherwise than we do. */
	member_prefixes(rank, false, &target);
	buffer_put_text(&target, channel ? channel->name : name);
	if (channel)
		speak_on(speech, channel, target.bytes, rank);
	else if (!speech->is_silent)
		reply(call, ERR_NOSUCHCHANNEL, lookup_word(name));
	buffer_done(&target);
}

static void reach_user(struct fanout *fanout, const void *user)
{
	fanout->except = NULL;
	fanout_to_user(fanout, user);
}

static void reach_session(struct fanout *fanout, const void *session)
{
	fanout_to_session(fanout, session);
}

static void deliver(struct call *call, const struct spoken *spoken, struct user *user)
{
	size_t from = call->outbox->count;

	speech_send(spoken, reach_user, user);
	if (user != call->user)
		return;
	call->heard_from = from;
	call->heard_to = call->outbox->count;
}

/* A user that writes to another wants the answer; a NOTICE asks for none. */
static void accept_answer(const struct speech *speech, struct user *user)
{
	struct call *call = speech->call;

	if (!speech->text || speech->is_notice || user == call->user ||
		!(call->user->flags & HEARING_FLAGS) || acceptance_find(call->user, user))
		return;
	if (acceptance_is_full(call->world, call->user))
		reply(call, ERR_ACCEPTFULL);
	else
		acceptance_new(call->user, user);
}

static void speak_to_user(const struct speech *speech, struct user *user)
{
	struct call *call = speech->call;
	const struct hearing_question question = {
		.call = call,
		.user = user,
		.text = speech->text,
		.is_silent = speech->is_silent,
		.is_typing = speech->is_typing,
	};
	enum hearing hearing;
	struct spoken spoken = { .speech = speech, .target = user->nick, .text = speech->text };

	accept_answer(speech, user);
	hearing = hearing_ask(&question);
	if (hearing == HEARING_REFUSED)
		return;
	spoken.id = msgid_next(call->world);
	if (hearing == HEARING_YES)
		deliver(call, &spoken, user);
	if (call->session->caps & CAP_ECHO_MESSAGE)
		speech_send(&spoken, reach_session, call->session);
	if (is_kept(speech))
		user_note_message(
			call->user, spoken.id, user, call->world->settings->redactable_messages);
	if (user->away && hearing == HEARING_YES && !speech->is_silent && speech->text)
		reply(call, RPL_AWAY, user->nick, user->away);
}

/* The rank that the prefixes in front of a channel ask for: the lowest; 0: there are none. */
static uint32_t take_prefixes(const char **name)
{
	uint32_t lowest = 0, rank;

	for (; **name && (rank = member_rank_of_prefix(**name)); (*name)++)
		if (!lowest || rank < lowest)
			lowest = rank;
	return lowest;
}

void speak_to(const struct speech *speech, const char *target)
{
	const char *name = target;
	uint32_t rank = take_prefixes(&name);
	struct user *user;

	if (channel_name_looks_like_one(name)) {
		speak_to_channel(speech, name, rank);
		return;
	}
	if (broadcast_is_mask(target)) {
		broadcast(speech, target);
		return;
	}
	user = user_find(speech->call->world, target);
	if (user)
		speak_to_user(speech, user);
	else if (!speech->is_silent)
		reply(speech->call, ERR_NOSUCHNICK, lookup_word(target));
}

static bool is_repeated(
	enum casemap casemap, const char *const *targets, size_t count, const char *target)
{
	for (size_t i = 0; i < count; i++)
		if (casemap_equals(casemap, targets[i], target))
			return true;
	return false;
}

#define TARGETS 64

static void speak_to_several(const struct speech *speech)
{
	const struct call *call = speech->call;
	CLEANUP(mem_freep) char *copy = mem_text(call->params[0]);
	const char *targets[TARGETS];
	char *rest = copy, *target;
	size_t n = 0, max = call->world->settings->targets_per_message;

	while ((target = text_split(&rest, ','))) {
		if (!*target || is_repeated(call->world->casemap, targets, n, target))
			continue;
		if (n == max || n == TARGETS) {
			if (!speech->is_silent)
				reply(speech->call, ERR_TOOMANYTARGETS, lookup_word(target),
					(unsigned int) n);
			return;
		}
		targets[n++] = target;
		speak_to(speech, target);
	}
}

static void speak(struct call *call, const char *text, bool is_notice)
{
	CLEANUP(speech_done) struct speech speech = speech_of(call, text, is_notice);

	/* With its tags denied, nothing is left of a TAGMSG that anybody could see. */
	if (!text && !speech.tags.length)
		return;
	/* Nearly always it is one, for which nothing need be copied and compared. */
	if (strchr(call->params[0], ','))
		speak_to_several(&speech);
	else
		speak_to(&speech, call->params[0]);
}

/* False: it lacks what it needs; nobody answers a NOTICE. */
static bool is_complete(struct call *call, bool has_text, bool is_silent)
{
	bool has_target = call->n_params && text_has_piece(call->params[0], ',');

	if (has_target && (!has_text || (call->n_params > 1 && *call->params[1])))
		return true;
	if (is_silent)
		return false;
	if (has_target)
		reply(call, ERR_NOTEXTTOSEND);
	else
		reply(call, ERR_NORECIPIENT, call->command->name);
	return false;
}

static void say_text(struct call *call, bool is_silent)
{
	if (!is_complete(call, true, is_silent))
		return;
	call->user->talked_ms = call->world->now_ms;
	speak(call, call->params[1], is_silent);
}

static void run_privmsg(struct call *call)
{
	say_text(call, false);
}

static void run_notice(struct call *call)
{
	say_text(call, true);
}

static void run_tagmsg(struct call *call)
{
	if (is_complete(call, false, false))
		speak(call, NULL, false);
}

COMMAND(privmsg) = {
	.name = "PRIVMSG",
	.cost = 1,
	.run = run_privmsg,
	.usage = "<target>{,<target>} <text>",
	.help = "Sends a message to users or channels; @#channel reaches its operators only, "
		"+#channel also the voiced. Operators of the server reach everybody as $* or $$*, "
		"and "
		"those whose host fits a mask as $#*.example.",
};

COMMAND(notice) = {
	.name = "NOTICE",
	.cost = 1,
	.run = run_notice,
	.usage = "<target>{,<target>} <text>",
	.help = "Sends a message that nobody, and no program, shall answer.",
};

COMMAND(tagmsg) = {
	.name = "TAGMSG",
	.cost = 1,
	.cap = CAP_MESSAGE_TAGS,
	.run = run_tagmsg,
	.usage = "<target>{,<target>}",
	.help = "Sends a message without text, for the tags in front of it, to those who "
		"understand tags.",
};
