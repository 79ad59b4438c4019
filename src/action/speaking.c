/* Owns the rules of speaking on a channel: one row each, the first that is broken counts. */
#include "action/speaking.h"

#include "base/cleanup.h"
#include "proto/formatting.h"
#include "world/banmask.h"
#include "world/user.h"

static bool is_voiced(const struct utterance *utterance)
{
	return member_has_rank(utterance->speaker, MEMBER_RANK_VOICE);
}

/* KNOCK comes from outside by nature, so modes n, m and M do not apply. */
static bool is_knock(const struct utterance *utterance)
{
	return utterance->is_for_operators && !utterance->speaker;
}

static bool is_from_outside(const struct utterance *utterance)
{
	return utterance->channel->flags & CHANNEL_FLAG_NO_OUTSIDE && !utterance->speaker &&
	       !is_knock(utterance);
}

static bool is_refused_ctcp(const struct utterance *utterance)
{
	return utterance->text && utterance->channel->flags & CHANNEL_FLAG_NO_CTCP &&
	       ctcp_is_one(utterance->text) && !ctcp_is_action(utterance->text);
}

static bool is_colourful(const struct utterance *utterance)
{
	return utterance->text && utterance->channel->flags & CHANNEL_FLAG_NO_COLOURS &&
	       formatting_is_in(utterance->text);
}

/* Mode S has left nothing. */
static bool is_nothing(const struct utterance *utterance)
{
	return utterance->text && !*utterance->text;
}

static bool is_refused_notice(const struct utterance *utterance)
{
	return utterance->channel->flags & CHANNEL_FLAG_NO_NOTICE && utterance->is_notice &&
	       !is_voiced(utterance);
}

static bool is_moderated(const struct utterance *utterance)
{
	return utterance->channel->flags & CHANNEL_FLAG_MODERATED && !is_voiced(utterance) &&
	       !is_knock(utterance);
}

static bool is_only_for_operators(const struct utterance *utterance)
{
	return utterance->channel->flags & CHANNEL_FLAG_OPERATORS_HEAR && !is_voiced(utterance);
}

static bool is_unregistered(const struct utterance *utterance)
{
	return utterance->channel->flags & CHANNEL_FLAG_REGISTERED_SPEAK &&
	       !utterance->call->user->account && !is_voiced(utterance) && !is_knock(utterance);
}

static bool is_muted(const struct utterance *utterance)
{
	const struct call *call = utterance->call;

	return !is_voiced(utterance) && banmask_mutes(call->world, utterance->channel, call->user);
}

/* Modes d and x are for members: those outside have nothing to remember it by, and are held
 * by the flood limits of their class. They count lines: whoever types one must be able to say
 * so and then send it. */
static bool is_limited(const struct utterance *utterance)
{
	return utterance->text && utterance->speaker && !utterance->is_state &&
	       !is_voiced(utterance);
}

static bool is_too_soon(const struct utterance *utterance)
{
	const struct member *speaker = utterance->speaker;
	uint64_t pause_ms = (uint64_t) utterance->channel->slow_seconds * 1000;

	return pause_ms && is_limited(utterance) && speaker->spoke_ms &&
	       utterance->call->world->now_ms < speaker->spoke_ms + pause_ms;
}

/* The last of all: it counts what nothing else has refused. */
static bool is_too_much(const struct utterance *utterance)
{
	return utterance->channel->line_rate.seconds && is_limited(utterance) &&
	       !bucket_take_one(&utterance->speaker->lines_full_ms, utterance->call->world->now_ms,
		       utterance->channel->line_rate);
}

static const struct rule {
	bool (*is_broken)(const struct utterance *utterance);
	const char *refusal;
	bool is_moderation; /* operators may hear it nevertheless */
} rules[] = {
	{ is_from_outside, "+n, join it first", false },
	{ is_refused_ctcp, "+C, no CTCP but ACTION", false },
	{ is_colourful, "+c, no colours or formatting", false },
	{ is_refused_notice, "+T, no notices", false },
	{ is_moderated, "+m, ask for voice", true },
	{ is_unregistered, "+M, log into an account first", true },
	{ is_muted, "+b, you are banned or muted", true },
	{ is_only_for_operators, "+U, only operators hear you", true },
	{ is_nothing, "nothing is left without colours", false },
	{ is_too_soon, "+d, wait a while", false },
	{ is_too_much, "+x, too many lines", false },
};

static const struct rule *find_broken(const struct utterance *utterance, bool and_moderation)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rules); i++)
		if ((and_moderation || !rules[i].is_moderation) && rules[i].is_broken(utterance))
			return &rules[i];
	return NULL;
}

struct verdict speaking_judge(const struct utterance *utterance)
{
	struct verdict verdict = { 0 };
	const struct rule *rule = find_broken(utterance, true);

	if (rule && rule->is_moderation && !utterance->is_for_all &&
		utterance->channel->flags & CHANNEL_FLAG_OPERATORS_HEAR) {
		rule = find_broken(utterance, false);
		verdict.only_for_operators = true;
	}
	verdict.refusal = rule ? rule->refusal : NULL;
	if (!rule && utterance->speaker && utterance->text && !utterance->is_state)
		utterance->speaker->spoke_ms = utterance->call->world->now_ms;
	return verdict;
}

bool speaking_is_muted(const struct call *call, const struct member *member)
{
	return !member_has_rank(member, MEMBER_RANK_VOICE) &&
	       banmask_mutes(call->world, member->channel, call->user);
}

const struct channel *speaking_find_muting(const struct call *call)
{
	for (size_t i = 0; call->user && i < call->user->n_members; i++)
		if (speaking_is_muted(call, call->user->members[i]))
			return call->user->members[i]->channel;
	return NULL;
}
