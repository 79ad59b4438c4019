/* Owns the kinds of extended masks, one row each, and what they match. */
#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "proto/certfp.h"
#include "proto/mask.h"
#include "world/banmask_inside.h"
#include "world/channel.h"
#include "world/offers.h"
#include "world/session.h"
#include "world/user.h"
#include "world/world.h"

/* IRCv3 account-extban. */
static bool matches_account(const struct banmask_question *question, const struct banmask *mask)
{
	const char *account = question->target->user->account;

	return account && (!*mask->value || mask_match_name(question->target->world->casemap,
						    mask->value, account));
}

/* The setter of a mask must not learn from it who is on a secret channel. */
static bool matches_channel(const struct banmask_question *question, const struct banmask *mask)
{
	const struct channel *channel = channel_find(question->target->world, mask->value);
	const struct member *member;

	if (!channel || channel->flags & (CHANNEL_FLAG_SECRET | CHANNEL_FLAG_PRIVATE))
		return false;
	member = user_find_member(question->target->user, channel);
	return member && member_is_public(member);
}

/* Only operators whom others can recognise as such match. */
static bool matches_operator(const struct banmask_question *question, const struct banmask *mask)
{
	(void) mask;
	const struct user *user = question->target->user;

	return user->operator_name && !(user->flags & USER_FLAG_HIDES_OPERATOR);
}

static bool matches_realname(const struct banmask_question *question, const struct banmask *mask)
{
	return mask_match_name(
		question->target->world->casemap, mask->value, question->target->user->realname);
}

/* A user with several sessions matches if one of them has the certificate. */
static bool has_certificate(const struct user *user, const struct certfp *certfp)
{
	const struct session *session;

	LIST_EACH (session, &user->sessions, in_user)
		if (certfp_matches(certfp, session_extras(session)->certificate))
			return true;
	return false;
}

static bool matches_tls(const struct banmask_question *question, const struct banmask *mask)
{
	const struct user *user = question->target->user;
	struct certfp certfp;

	if (!(user->flags & USER_FLAG_SECURE))
		return false;
	return !*mask->value ||
	       (certfp_parse(mask->value, &certfp) && has_certificate(user, &certfp));
}

/* Every spelling of a fingerprint is stored as one. */
static bool complete_fingerprint(const char *value, struct buffer *out)
{
	struct certfp certfp;

	if (!certfp_parse(value, &certfp))
		return false;
	certfp_format(certfp.bytes, certfp.length, out);
	return true;
}

/* Does any inner mask give the wanted answer? */
static bool any_answers(
	const struct banmask_question *question, const struct banmask *mask, bool wanted)
{
	for (size_t i = 0; i < mask->n_inner; i++)
		if (banmask_answers(question, &mask->inner[i]) == wanted)
			return true;
	return false;
}

static bool matches_all(const struct banmask_question *question, const struct banmask *mask)
{
	return !any_answers(question, mask, false);
}

static bool matches_mute(const struct banmask_question *question, const struct banmask *mask)
{
	return question->is_speech && any_answers(question, mask, true);
}

static bool matches_one_of(const struct banmask_question *question, const struct banmask *mask)
{
	return any_answers(question, mask, true);
}

static const struct banmask_kind kinds[] = {
	{
		.letter = '&',
		.usage = "$&:mask,mask",
		.help = "Users who match all of these masks.",
		.needs_value = true,
		.holds_masks = true,
		.needs_all = true,
		.matches = matches_all,
	},
	{
		.letter = 'a',
		.name = "account",
		.usage = "$a[:mask]",
		.help = "Users logged in to an account; with a mask, to an account that matches.",
		.takes_mask = true,
		.holds_account = true,
		.is_offered = world_has_accounts,
		.matches = matches_account,
	},
	{
		.letter = 'c',
		.usage = "$c:channel",
		.help = "Users who are seen in that channel, if it is neither secret nor "
			"private.",
		.takes_mask = true,
		.needs_value = true,
		.holds_channel = true,
		.matches = matches_channel,
	},
	{
		.letter = 'm',
		.usage = "$m:mask",
		.help = "Users who match the mask; they may join but not speak.",
		.needs_value = true,
		.holds_masks = true,
		.matches = matches_mute,
	},
	{
		.letter = 'o',
		.usage = "$o",
		.help = "Operators of the server, except those who hide it (+H).",
		.matches = matches_operator,
	},
	{
		.letter = 'r',
		.usage = "$r:mask",
		.help = "Users whose real name matches; ? stands for a space or a control "
			"character.",
		.takes_mask = true,
		.needs_value = true,
		.matches = matches_realname,
	},
	{
		.letter = 'z',
		.usage = "$z[:fingerprint]",
		.help = "Users connected with TLS; with a fingerprint, those whose certificate or "
			"its key has that SHA-256 or SHA-512.",
		.is_offered = world_has_tls,
		.complete = complete_fingerprint,
		.matches = matches_tls,
	},
	{
		.letter = '|',
		.usage = "$|:mask,mask",
		.help = "Users who match at least one of these masks.",
		.needs_value = true,
		.holds_masks = true,
		.matches = matches_one_of,
	},
};

const struct banmask_kind *banmask_kinds_all(size_t *ret_count)
{
	*ret_count = ARRAY_LENGTH(kinds);
	return kinds;
}

bool banmask_kind_is_offered(
	const struct banmask_kind *kind, const struct world *world, const struct settings *settings)
{
	return !kind->is_offered || kind->is_offered(world, settings);
}

static bool is_kind_called(const struct banmask_kind *kind, const char *word, size_t length)
{
	if (length == 1)
		return kind->letter == text_lower(*word);
	return kind->name && strlen(kind->name) == length &&
	       strncasecmp(kind->name, word, length) == 0;
}

const struct banmask_kind *banmask_kind_find(const char *word, size_t length)
{
	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++)
		if (is_kind_called(&kinds[i], word, length))
			return &kinds[i];
	return NULL;
}
