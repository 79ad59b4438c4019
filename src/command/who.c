/* Owns WHO. Modern IRC, "WHO message". */
#include <string.h>

#include "base/buffer.h"
#include "command/lookup.h"
#include "command/reply.h"
#include "proto/mask.h"
#include "proto/names.h"
#include "world/caps.h"
#include "world/session.h"
#include "world/user.h"

struct query {
	struct call *call;
	const char *mask;
	bool only_operators;
};

static bool is_visible(const struct query *query, const struct user *user)
{
	return !(user->flags & USER_FLAG_INVISIBLE) || user == query->call->user ||
	       user_shares_channel(query->call->user, user);
}

/* One line; the member is NULL if it is not about a channel. */
static void put(const struct query *query, const struct user *user, const struct member *member)
{
	struct call *call = query->call;
	struct buffer flags = { 0 };

	if (query->only_operators && !user->operator_name)
		return;
	buffer_put_byte(&flags, user->away ? 'G' : 'H');
	if (user->operator_name)
		buffer_put_byte(&flags, '*');
	if (member)
		member_prefixes(member->ranks, call->session->caps & CAP_MULTI_PREFIX, &flags);
	if (user->flags & USER_FLAG_BOT)
		buffer_put_byte(&flags, user_mode_of_flag(USER_FLAG_BOT)->letter);
	reply(call, RPL_WHOREPLY, member ? member->channel->name : "*", user->name, user->host,
		call->world->settings->server_name, user->nick, flags.bytes, user->realname);
	buffer_done(&flags);
}

static void who_channel(const struct query *query)
{
	const struct channel *channel = channel_find(query->call->world, query->mask);

	if (!channel || !channel_is_visible_to(channel, query->call->user))
		return;
	for (size_t i = 0; i < channel->n_members; i++)
		if (is_visible(query, channel->members[i]->user))
			put(query, channel->members[i]->user, channel->members[i]);
}

/* The first channel of the user's that the asker may know of. */
static const struct member *known_member(const struct query *query, const struct user *user)
{
	if (user->flags & USER_FLAG_HIDES_CHANNELS && user != query->call->user &&
		!query->call->user->operator_name)
		return NULL;
	for (size_t i = 0; i < user->n_members; i++)
		if (channel_is_visible_to(user->members[i]->channel, query->call->user))
			return user->members[i];
	return NULL;
}

static bool matches(const struct query *query, const struct user *user)
{
	return mask_match(query->mask, user->nick) || mask_match(query->mask, user->name) ||
	       mask_match(query->mask, user->host) || mask_match(query->mask, user->realname) ||
	       mask_match(query->mask, query->call->world->settings->server_name);
}

static void who_mask(const struct query *query)
{
	const struct user *user;

	ORDERED_EACH (user, &query->call->world->users)
		if (is_visible(query, user) && matches(query, user))
			put(query, user, known_member(query, user));
}

/* A full nickname shows also the invisible. */
static void who_name(const struct query *query)
{
	const struct user *user = user_find(query->call->world, query->mask);

	if (user)
		put(query, user, known_member(query, user));
	else if (strpbrk(query->mask, "*?"))
		who_mask(query);
}

static void run(struct call *call)
{
	struct query query = { .call = call, .mask = call->n_params ? call->params[0] : "*" };

	if (strcmp(query.mask, "0") == 0)
		query.mask = "*";
	query.only_operators = call->n_params > 1 && strcmp(call->params[1], "o") == 0;
	if (channel_name_looks_like_one(query.mask))
		who_channel(&query);
	else
		who_name(&query);
	reply(call, RPL_ENDOFWHO, lookup_word(query.mask));
}

const struct command command_who = {
	.name = "WHO",
	.cost = 3,
	.run = run,
	.usage = "<channel or mask> [o]",
	.help = "Shows who is on a channel, or whose nickname, user, host or real name matches; "
		"with o only operators of the server.",
};
