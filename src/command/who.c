/* Owns WHO: which users it shows. Modern IRC, "WHO message"; IRCv3 whox. */
#include "action/long_answer.h"
#include "action/look.h"
#include "action/lookup.h"
#include "action/reply.h"
#include "command/commands.h"
#include "command/who_reply.h"
#include "proto/name_syntax.h"
#include "world/operating.h"

static bool is_visible_user(const struct call *call, const struct user *user)
{
	return !(user->flags & USER_FLAG_INVISIBLE) || user == call->user ||
	       user_sees(call->user, user);
}

static const struct member *known_member(const struct call *call, const struct user *user)
{
	if (user->flags & USER_FLAG_HIDES_CHANNELS && user != call->user &&
		!session_operator(call->session))
		return NULL;
	for (size_t i = 0; i < user->n_members; i++)
		if (member_is_known_to(user->members[i], call->user))
			return user->members[i];
	return NULL;
}

static bool put_who(struct call *call, const struct who_query *query, const struct user *user,
	const struct member *member)
{
	if (query->only_operators && !user_is_operator_to(user, call->session))
		return false;
	reply_who(call, query, user, member);
	return true;
}

static bool continue_members(struct answer_part *part)
{
	const struct channel *channel = answer_find_channel(part, part->cursor->text);
	struct answer_members members;
	const struct member *member;
	struct who_query query;

	if (!channel)
		return true;
	who_query_parse(&query, part->cursor->text, part->cursor->options);
	answer_members_begin(&members, part, channel);
	while ((member = answer_next_member(&members)))
		put_who(part->call, &query, member->user, member);
	return answer_members_end(&members);
}

/* The limit does not apply to operators of the server. */
static bool is_enough(const struct answer_part *part)
{
	uint32_t limit = part->call->world->settings->who_matches;

	if (!limit || session_operator(part->call->session) || part->cursor->n_shown < limit)
		return false;
	reply(part->call, ERR_TOOMANYMATCHES, "WHO");
	return true;
}

static bool continue_users(struct answer_part *part)
{
	struct call *call = part->call;
	struct who_query query;

	who_query_parse(&query, part->cursor->text, part->cursor->options);
	while (answer_may_go_on(part)) {
		const struct user *user = answer_next_user(part);

		if (!user)
			return true;
		if (!is_visible_user(call, user) ||
			!who_query_matches(&query, call->world, user, call->session))
			continue;
		if (is_enough(part))
			return true;
		if (put_who(call, &query, user, known_member(call, user)))
			answer_cursor_count_shown(part->cursor);
	}
	return false;
}

static void end_who(struct answer_part *part)
{
	reply(part->call, RPL_ENDOFWHO, lookup_word(part->cursor->text));
}

static const struct long_answer answer_who = {
	.kind = ANSWER_KIND_WHO,
	.has_masks = true,
	.go_on = continue_users,
	.end = end_who,
};

static const struct long_answer answer_members = {
	.kind = ANSWER_KIND_MEMBERS,
	.go_on = continue_members,
	.end = end_who,
};

/* A complete nickname finds invisible users too. True: there is such a user. */
static bool put_one(struct call *call, const char *nick, const char *options)
{
	const struct user *user = user_find(call->world, nick);
	struct who_query query;

	who_query_parse(&query, nick, options);
	if (!user || !(query.by & WHO_FIELD_NICK))
		return false;
	put_who(call, &query, user, known_member(call, user));
	reply(call, RPL_ENDOFWHO, lookup_word(nick));
	return true;
}

static void ask_about_members(struct call *call, const char *channel, const char *options)
{
	look_spend(call, channel_find(call->world, channel), MEMBER_LOOK_WHO);
	long_answer_begin(call, &answer_members, channel, options);
}

static void run(struct call *call)
{
	const char *mask = call->n_params ? call->params[0] : "*", *options = call->params[1];

	if (channel_name_looks_like_one(mask))
		ask_about_members(call, mask, options);
	else if (!put_one(call, mask, options))
		long_answer_begin(call, &answer_who, mask, options);
}

COMMAND(who) = {
	.name = "WHO",
	.cost = 3,
	.reach = COMMAND_REACH_ASK,
	.run = run,
	.answers = { &answer_who, &answer_members },
	.papoctl = "users",
	.usage = "<channel or mask> [<flags>][%<fields>[,<token>]]",
	.help = "Lists the members of a channel, or the users whose nickname, user name, host, "
		"server or real name matches. The flags n, u, h, s and r, in this order, limit "
		"the match to these; i matches the address, and o shows only operators of the "
		"server. The fields of WHOX are t c u i h s n f d l a o r.",
};
