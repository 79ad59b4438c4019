/* Owns finding the objects that commands name. */
#include "action/lookup.h"

#include <string.h>

#include "action/reply.h"
#include "proto/mask.h"
#include "world/administrator.h"
#include "world/operating.h"
#include "world/session.h"
#include "world/user.h"

const char *lookup_word(const char *text)
{
	return *text && *text != ':' && !strchr(text, ' ') ? text : "*";
}

const char *lookup_reason(const struct call *call, int param)
{
	const char *text = call->params[param];

	return text && *text ? text : NULL;
}

struct user *lookup_user(struct call *call, const char *nick)
{
	struct user *user = user_find(call->world, nick);

	if (!user)
		reply(call, ERR_NOSUCHNICK, lookup_word(nick));
	return user;
}

struct channel *lookup_channel(struct call *call, const char *name)
{
	struct channel *channel = channel_find(call->world, name);

	if (channel && (channel_is_visible_to(channel, call->user) ||
			       session_is_administrator(call->session)))
		return channel;
	reply(call, ERR_NOSUCHCHANNEL, lookup_word(name));
	return NULL;
}

struct member *lookup_membership(struct call *call, const struct channel *channel)
{
	struct member *member = user_find_member(call->user, channel);

	if (!member)
		reply(call, ERR_NOTONCHANNEL, channel->name);
	return member;
}

struct member *lookup_rank(struct call *call, const struct channel *channel, uint32_t rank)
{
	struct member *member = lookup_membership(call, channel);

	if (!member || member_has_rank(member, rank))
		return member;
	reply(call, ERR_CHANOPRIVSNEEDED, channel->name);
	return NULL;
}

bool lookup_power(struct call *call, const char *privilege)
{
	if (!session_has_privilege(call->world, call->session, privilege))
		return false;
	call->power = privilege;
	return true;
}

bool lookup_operator(struct call *call)
{
	if (!session_operator(call->session))
		return false;
	call->power = "operator";
	return true;
}

/* Modern IRC, "ERR_NOPRIVS": the numeric names the privilege that the operator lacks. */
bool lookup_privilege(struct call *call, const char *privilege)
{
	if (lookup_power(call, privilege))
		return true;
	if (session_operator(call->session))
		reply(call, ERR_NOPRIVS, privilege);
	else
		reply(call, ERR_NOPRIVILEGES);
	return false;
}

bool lookup_server(struct call *call, const char *name)
{
	const struct user *user;

	if (!name || mask_match(name, call->world->settings->server_name))
		return true;
	/* A nickname stands for the server that it is on. */
	user = user_find(call->world, name);
	if (!user)
		reply(call, ERR_NOSUCHSERVER, lookup_word(name));
	return user != NULL;
}
