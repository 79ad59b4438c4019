/* Owns the rules of speaking on a channel: one row each. The first broken rule decides.
 *
 * Messages that are only tags do not count for modes d and x, and do not end idleness: users must
 * be able to show that they are typing, and then to send the text. */
#include "action/channel_rules.h"

#include "base/cleanup.h"
#include "proto/formatting.h"
#include "proto/word_list.h"
#include "world/banmask.h"
#include "world/registered_channels.h"
#include "world/user.h"

static bool is_voiced(const struct speech *speech)
{
	return member_has_rank(speech->speaker, MEMBER_RANK_VOICE);
}

/* KNOCK comes from outside by nature, so modes n, m and M do not apply. */
static bool is_knock(const struct speech *speech)
{
	return speech->is_for_operators && !speech->speaker;
}

static bool is_from_outside(const struct speech *speech)
{
	return speech->channel->flags & CHANNEL_FLAG_NO_OUTSIDE && !speech->speaker &&
	       !speech->is_as_member && !is_knock(speech);
}

static bool is_refused_ctcp(const struct speech *speech)
{
	return speech->text && speech->channel->flags & CHANNEL_FLAG_NO_CTCP &&
	       ctcp_is_one(speech->text) && !ctcp_is_action(speech->text);
}

static bool is_colourful(const struct speech *speech)
{
	return speech->text && speech->channel->flags & CHANNEL_FLAG_NO_COLOURS &&
	       formatting_is_in(speech->text);
}

static bool has_forbidden_word(const struct speech *speech)
{
	const struct registered_channel *registered = speech->channel->registered;

	return registered && registered->words && speech->text && speech->call->session &&
	       !is_voiced(speech) && word_list_matches(registered->words, speech->text);
}

/* Mode S has removed the whole text. */
static bool is_nothing(const struct speech *speech)
{
	return speech->text && !*speech->text;
}

static bool is_refused_notice(const struct speech *speech)
{
	return speech->channel->flags & CHANNEL_FLAG_NO_NOTICE && speech->is_notice &&
	       !is_voiced(speech);
}

static bool is_moderated(const struct speech *speech)
{
	return speech->channel->flags & CHANNEL_FLAG_MODERATED && !is_voiced(speech) &&
	       !is_knock(speech);
}

static bool is_only_for_operators(const struct speech *speech)
{
	return speech->channel->flags & CHANNEL_FLAG_OPERATORS_HEAR && !is_voiced(speech);
}

static bool needs_account_to_speak(const struct speech *speech)
{
	return speech->channel->flags & CHANNEL_FLAG_REGISTERED_SPEAK &&
	       !speech->call->user->account && !is_voiced(speech) && !is_knock(speech);
}

static bool is_muted(const struct speech *speech)
{
	const struct call *call = speech->call;

	return !is_voiced(speech) && banmask_mutes(call->world, speech->channel, call->user);
}

/* Modes d and x limit members: users outside have no field for the count, and the flood limits of
 * their class apply. The modes count lines, not tags: a user must be able to show typing and then
 * send the line. */
static bool is_limited(const struct speech *speech)
{
	return speech->text && speech->speaker && !speech->is_state && !is_voiced(speech);
}

static bool is_spoken_too_soon(const struct speech *speech)
{
	const struct member *speaker = speech->speaker;
	uint64_t pause_ms = (uint64_t) speech->channel->slow_seconds * 1000;

	return pause_ms && is_limited(speech) && speaker->spoke_ms &&
	       speech->call->world->now_ms < speaker->spoke_ms + pause_ms;
}

/* The last rule: it counts messages that no other rule refused. */
static bool is_too_much(const struct speech *speech)
{
	return speech->channel->line_rate.seconds && is_limited(speech) &&
	       !member_take_line(speech->call->world, speech->speaker);
}

static const char word_refusal[] = "it contains a word that its founder does not want to be said";

bool channel_rules_refused_word(const char *refusal)
{
	return refusal == word_refusal;
}

static const struct rule {
	bool (*is_broken)(const struct speech *speech);
	const char *refusal;
	bool is_moderation;    /* operators may still receive it */
	const char *to_source; /* instead, as a source of notifications cannot join; or NULL */
} rules[] = {
	{ is_from_outside, "+n, join it first", false,
		"+n, no messages from outside; give the source member = true" },
	{ is_refused_ctcp, "+C, no CTCP but ACTION", false, NULL },
	{ is_colourful, "+c, no colours or formatting", false, NULL },
	{ is_refused_notice, "+T, no notices", false, NULL },
	{ is_moderated, "+m, ask for voice", true, NULL },
	{ needs_account_to_speak, "+M, log in to an account first", true, NULL },
	{ is_muted, "+b, you are banned or muted", true, NULL },
	{ is_only_for_operators, "+U, only operators see your messages", true, NULL },
	{ is_nothing, "nothing remains without colours", false, NULL },
	{ has_forbidden_word, word_refusal, false, NULL },
	{ is_spoken_too_soon, "+d, wait a while", false, NULL },
	{ is_too_much, "+x, too many lines", false, NULL },
};

static const struct rule *find_broken(const struct speech *speech, bool and_moderation)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rules); i++)
		if ((and_moderation || !rules[i].is_moderation) && rules[i].is_broken(speech))
			return &rules[i];
	return NULL;
}

/* A notification has no session. */
static const char *text_of_refusal(const struct rule *rule, const struct speech *speech)
{
	return speech->call->session || !rule->to_source ? rule->refusal : rule->to_source;
}

const char *channel_rules_refuse(struct speech *speech)
{
	const struct rule *rule = find_broken(speech, true);

	if (rule && rule->is_moderation && !speech->is_for_all &&
		speech->channel->flags & CHANNEL_FLAG_OPERATORS_HEAR) {
		rule = find_broken(speech, false);
		if (speech->rank < MEMBER_RANK_OPERATOR)
			speech->rank = MEMBER_RANK_OPERATOR;
	}
	if (rule)
		return text_of_refusal(rule, speech);
	if (speech->speaker && speech->text && !speech->is_state)
		member_note_speech(speech->call->world, speech->speaker);
	return NULL;
}

bool channel_rules_mute(const struct call *call, const struct member *member)
{
	return !member_has_rank(member, MEMBER_RANK_VOICE) &&
	       banmask_mutes(call->world, member->channel, call->user);
}

const struct channel *channel_rules_find_muting(const struct call *call)
{
	for (size_t i = 0; call->user && i < call->user->n_members; i++)
		if (channel_rules_mute(call, call->user->members[i]))
			return call->user->members[i]->channel;
	return NULL;
}
