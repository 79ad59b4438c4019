/* Owns NICK. Modern IRC, "NICK message". */
#include "command/nick.h"

#include <string.h>

#include "action/banning.h"
#include "action/channel_rules.h"
#include "action/lookup.h"
#include "action/notices.h"
#include "action/presence.h"
#include "action/reply.h"
#include "action/session_log.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "command/commands.h"
#include "command/registration.h"
#include "proto/name_syntax.h"
#include "world/channel.h"
#include "world/fanout.h"
#include "world/naming.h"
#include "world/session.h"
#include "world/user.h"

/* True: refused. */
static bool refuse_nick(struct call *call, const char *nick)
{
	bool is_taken;
	const char *reserved;

	if (!nick || !*nick) {
		reply(call, ERR_NONICKNAMEGIVEN);
		return true;
	}
	if (!nick_is_valid(call->world->casemap, nick, call->world->settings->nick_length)) {
		reply(call, ERR_ERRONEUSNICKNAME, lookup_word(nick));
		return true;
	}
	is_taken = naming_find_other(call->world, call->user, nick);
	if (!is_taken && call->user && user_find(call->world, nick) == call->user)
		return false;
	reserved = banning_refuses_name(call, BAN_KIND_NICK, nick);
	if (reserved) {
		reply(call, ERR_NICKNAMERESERVED, nick, reserved);
		return true;
	}
	if (is_taken)
		reply(call, ERR_NICKNAMEINUSE, nick);
	return is_taken;
}

/* True: refused by a channel that the user is on. */
static bool refuse_there(struct call *call, const struct member *member, const char *nick)
{
	const struct channel *channel = member->channel;

	if (member_has_rank(member, MEMBER_RANK_VOICE))
		return false;
	if (channel->flags & CHANNEL_FLAG_NO_NICK_CHANGE)
		reply(call, ERR_NONICKCHANGE, channel->name);
	else if (channel_rules_mute(call, member))
		reply(call, ERR_BANNICKCHANGE, nick, channel->name);
	else
		return false;
	return true;
}

static bool refuse_change(struct call *call, const char *nick)
{
	for (size_t i = 0; i < call->user->n_members; i++)
		if (refuse_there(call, call->user->members[i], nick))
			return true;
	return false;
}

static void tell_of_change(struct call *call, const char *old)
{
	if (call->world->settings->log_nick_changes)
		log_session(call->outbox, LOGBOOK_NICK_CHANGED, call->session, "OLD_NICK", old);
	notice_operators(call->world, call->outbox, NOTICE_KIND_NICK,
		"Nick change: %s is now %s (%s@%s)", old, call->user->nick, call->user->name,
		call->user->real_host);
}

void nick_change(struct call *call, const char *nick)
{
	CLEANUP(mem_freep) char *old = mem_text(call->user->nick);
	bool is_another = user_find(call->world, nick) != call->user;
	struct fanout fanout;

	if (strcmp(old, nick) == 0)
		return;
	fanout_begin(&fanout, call->world, call->outbox, ":%s NICK %s", call->user->source, nick);
	fanout_from(&fanout, call->user);
	fanout_to_user(&fanout, call->user);
	fanout_to_neighbours(&fanout, call->user);
	fanout_end(&fanout);
	user_set_nick(call->world, call->user, nick);
	tell_of_change(call, old);
	if (!is_another)
		return;
	tell_offline(call->world, call->outbox, old);
	tell_online(call->world, call->outbox, call->user);
}

static void run(struct call *call)
{
	const char *given = call->params[0];
	CLEANUP(mem_freep)
	char *nick = given ? name_normalise(call->world->casemap, given) : NULL;

	if (refuse_nick(call, nick))
		return;
	if (call->user) {
		if (!refuse_change(call, nick))
			nick_change(call, nick);
		return;
	}
	mem_set_text(&call->session->registration->nick, nick);
	registration_continue(call->world, call->outbox, call->session);
}

COMMAND(nick) = {
	.name = "NICK",
	.cost = 1,
	.flags = COMMAND_BEFORE_REGISTRATION,
	.reach = COMMAND_REACH_WORLD,
	.run = run,
	.usage = "<nick>",
	.help = "Sets or changes your nickname.",
};
