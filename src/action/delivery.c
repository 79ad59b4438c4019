/* Owns the recipients of a message. IRCv3 echo-message.
 *
 * With echo-message, a message to oneself arrives twice: as a message and as its echo. Only the
 * label tells the client which is which. */
#include "action/delivery.h"

#include <stdlib.h>
#include <string.h>

#include "action/ban_subject.h"
#include "action/channel_rules.h"
#include "action/expelling.h"
#include "action/filtering.h"
#include "action/history_notes.h"
#include "action/lookup.h"
#include "action/newcomers.h"
#include "action/presence.h"
#include "action/pushing.h"
#include "action/reply.h"
#include "action/user_rules.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/formatting.h"
#include "world/acceptance.h"
#include "world/caps.h"
#include "world/msgid.h"
#include "world/registered_channels.h"
#include "world/session.h"

uint32_t deaf_flags(const struct speech *speech)
{
	const char *prefixes = speech->call->world->settings->command_prefixes;
	bool is_command = speech->said && prefixes && strchr(prefixes, *speech->said);

	return USER_FLAG_DEAF | (is_command ? 0 : USER_FLAG_DEAF_BUT_COMMANDS);
}

/* Can the message be redacted later? Typing notifications need not be: they expire. */
static bool is_redactable(const struct speech *speech)
{
	return !speech->is_typing;
}

/* In an auditorium only members who see the speaker get its messages. */
static bool is_speaker_unseen(const struct member *speaker)
{
	return speaker && speaker->is_veiled && !speaker->ranks;
}

/* Send to the members who may get it, and to the sender's own clients. */
static void reach_channel(struct fanout *fanout, const struct speech *speech)
{
	const struct call *call = speech->call;

	fanout->skips = deaf_flags(speech);
	if (is_speaker_unseen(speech->speaker))
		fanout_to_rank_about(fanout, speech->speaker, speech->rank);
	else
		fanout_to_rank(fanout, speech->channel, speech->rank);
	if (call->session && (!member_has_rank(speech->speaker, speech->rank) ||
				     call->user->flags & fanout->skips)) {
		fanout->skips = 0;
		fanout_to_user(fanout, call->user);
	}
}

static void say_to_channel(struct speech *speech)
{
	struct call *call = speech->call;

	if (is_speaker_unseen(speech->speaker) && speech->rank < MEMBER_RANK_HALF_OPERATOR)
		speech->rank = MEMBER_RANK_HALF_OPERATOR;
	speech->id = msgid_next(call->world);
	if (speech->speaker)
		reveal(call->world, call->outbox, speech->speaker);
	if (speech->said)
		newcomers_note_talk(call);
	speech_send(speech, reach_channel);
	if (pushing_is_on(call->world))
		push_to_members(speech, deaf_flags(speech));
	if (is_redactable(speech))
		channel_note_message(speech->channel,
			&(struct recent_message){ speech->id, call->user->number, speech->rank,
				!speech->text || speech->as },
			call->world->settings->redactable_messages);
	history_note_speech(speech);
}

/* A user who knows the name of a secret channel may speak there if its modes allow it. A refusal
 * must not reveal that the channel exists. */
static void refuse_on_channel(struct call *call, const struct channel *channel, const char *refusal)
{
	if (channel_is_visible_to(channel, call->user))
		reply(call, ERR_CANNOTSENDTOCHAN, channel->name, refusal);
	else
		reply(call, ERR_NOSUCHCHANNEL, lookup_word(channel->name));
}

static void reach_own_client(struct fanout *fanout, const struct speech *speech)
{
	fanout_to_session(fanout, speech->call->session);
}

static void reach_own_clients(struct fanout *fanout, const struct speech *speech)
{
	fanout_to_user(fanout, speech->call->user);
}

/* Other clients of the sender see what it said, with echo-message or without. Of a message to
 * oneself they have got it already. */
static void echo_to_own(const struct speech *speech)
{
	const struct call *call = speech->call;
	bool is_to_self = speech->user == call->user;

	if (session_has_others(call->session) && !is_to_self)
		speech_send(speech, reach_own_clients);
	else if (call->session->caps & CAP_ECHO_MESSAGE)
		speech_send(speech, reach_own_client);
}

/* Lines of a batch could not be put together again, so nothing is stripped of them. */
static void ask_filters(struct speech *speech, struct channel *channel)
{
	struct filtering filtering =
		filtering_of(speech->call, FILTER_PLACE_TEXT, speech->said, channel);
	bool is_left = filtering.stripped && *filtering.stripped && !speech->batch;

	speech->filter_verdict = (uint8_t) filtering.verdict;
	speech->filter_reason = filtering.reason;
	speech->filtered = filtering.stripped;
	if (is_left)
		speech->said = speech->filtered;
	else if (filtering.stripped)
		speech->filter_verdict = FILTER_VERDICT_REFUSE;
}

/* Nothing is stripped of a reaction. */
static void ask_filters_of_reaction(struct speech *speech, struct channel *channel)
{
	struct filtering filtering = filtering_of_reaction(speech->call, speech->reaction, channel);

	if (filtering.verdict == FILTER_VERDICT_STRIP)
		filtering.verdict = FILTER_VERDICT_REFUSE;
	speech->filter_verdict = (uint8_t) filtering.verdict;
	speech->filter_reason = filtering.reason;
	free(filtering.stripped);
}

/* Filters that count see each target: how many of its members are named, and how often it is said.
 */
static void ask_filters_again(struct speech *speech, struct channel *channel)
{
	struct filtering filtering = filtering_again(speech->call, speech->said, channel);

	if (filtering.verdict == FILTER_VERDICT_PASS)
		return;
	speech->filter_verdict = (uint8_t) filtering.verdict;
	speech->filter_reason = filtering.reason;
}

static bool filters_let_pass(const struct speech *speech)
{
	return speech->filter_verdict == FILTER_VERDICT_PASS ||
	       speech->filter_verdict == FILTER_VERDICT_STRIP;
}

/* The text is matched once, whatever the number of targets. */
static enum filter_verdict filter_speech(struct speech *speech, struct channel *channel)
{
	bool is_first = !speech->is_filtered;

	if (!filtering_looks_at(speech->call, FILTER_PLACE_TEXT))
		return FILTER_VERDICT_PASS;
	if (is_first && speech->reaction)
		ask_filters_of_reaction(speech, channel);
	if (speech->said && filters_let_pass(speech)) {
		if (is_first)
			ask_filters(speech, channel);
		else
			ask_filters_again(speech, channel);
	}
	speech->is_filtered = true;
	if (speech->filter_verdict == FILTER_VERDICT_SWALLOW && banning_mutes(speech->call))
		return FILTER_VERDICT_PASS; /* as all that a muted user says */
	return (enum filter_verdict) speech->filter_verdict;
}

/* A muted user is not told. */
static void pretend_to_say(struct speech *speech)
{
	speech->id = msgid_next(speech->call->world);
	echo_to_own(speech);
}

/* NULL: there is no link in it, or the sender may write it. */
static const char *newcomers_refuse(const struct speech *speech)
{
	const char *refusal = newcomers_may_not_link(speech->call, speech->said);

	return refusal ? refusal : newcomers_may_not_link(speech->call, speech->reaction);
}

/* NULL: filters have nothing against it. */
static const char *filters_refuse(struct speech *speech, struct channel *channel)
{
	switch (filter_speech(speech, channel)) {
	case FILTER_VERDICT_PASS:
	case FILTER_VERDICT_STRIP:
		return NULL;
	case FILTER_VERDICT_REFUSE:
		if (!speech->is_silent)
			refuse_on_channel(speech->call, channel, speech->filter_reason);
		return speech->filter_reason;
	case FILTER_VERDICT_SWALLOW:
	case FILTER_VERDICT_EXPEL:
		return speech->filter_reason;
	}
	return NULL;
}

static void kick_for_word(const struct speech *speech)
{
	const struct call *call = speech->call;
	const struct registered_channel *registered = speech->channel->registered;
	const struct actor server = actor_of_server(call->world, call->outbox, "WORDS");

	if (speech->speaker && registered->options & REGISTERED_OPTION_WORDS_KICK)
		expel_from_channel(&server, speech->speaker, "a word is not allowed here");
}

static const char *deliver_unfiltered(struct speech *speech, struct channel *channel, uint32_t rank)
{
	bool strips = speech->said && channel->flags & CHANNEL_FLAG_STRIP_COLOURS;
	CLEANUP(mem_freep) char *plain = strips ? formatting_strip(speech->said) : NULL;
	CLEANUP(buffer_done) struct buffer target = { 0 };
	const char *refusal;

	/* The channel's own spelling: clients may fold case differently. */
	if (rank) {
		member_prefixes(rank, false, &target);
		buffer_put_text(&target, channel->name);
	}
	speech->target = rank ? target.bytes : channel->name;
	speech->text = strips ? plain : speech->said;
	speech->user = NULL;
	speech->channel = channel;
	speech->speaker = user_find_member(speech->call->user, channel);
	speech->rank = rank;
	refusal = channel_rules_refuse(speech);
	if (!refusal && banning_mutes(speech->call))
		pretend_to_say(speech);
	else if (!refusal)
		say_to_channel(speech);
	else if (!speech->is_silent)
		refuse_on_channel(speech->call, channel, refusal);
	if (channel_rules_refused_word(refusal))
		kick_for_word(speech);
	return refusal;
}

const char *deliver_to_channel(struct speech *speech, struct channel *channel, uint32_t rank)
{
	const char *refusal = newcomers_refuse(speech);

	if (refusal && !speech->is_silent)
		refuse_on_channel(speech->call, channel, refusal);
	if (!refusal)
		refusal = filters_refuse(speech, channel);
	return refusal ? refusal : deliver_unfiltered(speech, channel, rank);
}

static void reach_user(struct fanout *fanout, const struct speech *speech)
{
	fanout->except = NULL;
	fanout_to_user(fanout, speech->user);
}

/* A message to oneself goes to the caller's session, but is not part of the answer. */
static void say_to_user(const struct speech *speech)
{
	struct call *call = speech->call;
	size_t from = call->outbox->count;

	speech_send(speech, reach_user);
	if (pushing_is_on(call->world))
		push_to_user(speech);
	if (speech->user != call->user)
		return;
	call->heard_from = from;
	call->heard_to = call->outbox->count;
}

/* A user who writes to another wants the answer; a NOTICE expects none. */
static void accept_answer(const struct speech *speech)
{
	struct call *call = speech->call;

	if (!speech->text || speech->is_notice || speech->user == call->user ||
		!(call->user->flags & USER_FLAGS_REFUSING) ||
		acceptance_find(call->user, speech->user))
		return;
	if (acceptance_is_full(call->world, call->user))
		reply(call, ERR_ACCEPTFULL);
	else
		acceptance_new(call->user, speech->user);
}

static void note_for_user(const struct speech *speech)
{
	const struct call *call = speech->call;

	user_note_message(call->user,
		&(struct recent_message){
			.id = speech->id, .user = speech->user->number, .is_fixed = !speech->text },
		call->world->settings->redactable_messages);
}

void deliver_echo(struct speech *speech, const char *target, const char *text)
{
	speech->target = target;
	speech->text = text;
	speech->user = NULL;
	speech->channel = NULL;
	speech->id = msgid_next(speech->call->world);
	speech_send(speech, reach_own_client);
}

/* True: the sender is too new here to write that to the user. */
static bool newcomers_stop(const struct speech *speech, const struct user *user)
{
	const char *link = newcomers_refuse(speech);
	const char *refusal = newcomers_may_not_write(speech->call, user);
	CLEANUP(buffer_done) struct buffer text = { 0 };

	if (link && !refusal)
		buffer_format(&text, "Your message was refused: %s", link);
	if (!refusal)
		refusal = link ? text.bytes : NULL;
	if (refusal && !speech->is_silent)
		reply(speech->call, ERR_CANTSENDTOUSER, user->nick, refusal);
	return refusal;
}

/* True: filters have refused or swallowed it, or the sender is new. */
static bool filters_stop(struct speech *speech, const struct user *user)
{
	enum filter_verdict verdict;
	CLEANUP(buffer_done) struct buffer text = { 0 };

	if (newcomers_stop(speech, user))
		return true;
	verdict = filter_speech(speech, NULL);
	if (verdict == FILTER_VERDICT_PASS || verdict == FILTER_VERDICT_STRIP)
		return false;
	if (verdict == FILTER_VERDICT_REFUSE && !speech->is_silent) {
		buffer_format(&text, "Your message was refused: %s", speech->filter_reason);
		reply(speech->call, ERR_CANTSENDTOUSER, user->nick, text.bytes);
	}
	return true;
}

void deliver_to_user(struct speech *speech, struct user *user)
{
	struct call *call = speech->call;
	enum user_verdict verdict;

	if (filters_stop(speech, user))
		return;
	speech->target = user->nick;
	speech->text = speech->said;
	speech->user = user;
	speech->channel = NULL;
	accept_answer(speech);
	verdict = user_rules_ask(speech);
	if (verdict == USER_VERDICT_REFUSE)
		return;
	if (banning_mutes(call) && user != call->user)
		verdict = USER_VERDICT_IGNORE;
	speech->id = msgid_next(call->world);
	if (verdict == USER_VERDICT_DELIVER)
		say_to_user(speech);
	echo_to_own(speech);
	if (is_redactable(speech))
		note_for_user(speech);
	if (verdict == USER_VERDICT_DELIVER)
		history_note_speech(speech);
	if (user->away && verdict == USER_VERDICT_DELIVER && !speech->is_silent && speech->text)
		reply(call, RPL_AWAY, user->nick, user->away);
}
