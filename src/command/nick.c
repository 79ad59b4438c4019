/* Owns NICK. Modern IRC, "NICK message". */
#include "action/attaching.h"
#include "action/ban_subject.h"
#include "action/filtering.h"
#include "action/lookup.h"
#include "action/newcomers.h"
#include "action/nick_change.h"
#include "action/reply.h"
#include "action/reserved_name.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "command/commands.h"
#include "command/registration.h"
#include "proto/name_syntax.h"
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
	if (!call->user && attaching_may_follow(call->world, nick))
		return false; /* decided once the client has logged in, or has not */
	is_taken = naming_find_other(call->world, call->user, nick);
	if (!is_taken && call->user && user_find(call->world, nick) == call->user)
		return false;
	reserved = reserved_name_reason(call, BAN_KIND_NICK, nick);
	if (reserved) {
		reply(call, ERR_NICKNAMERESERVED, nick, reserved);
		return true;
	}
	if (is_taken)
		reply(call, ERR_NICKNAMEINUSE, nick);
	return is_taken;
}

/* Others would see the new name. */
static bool is_muted_change(const struct call *call)
{
	return call->user->n_members && banning_mutes(call);
}

static bool newcomer_is_refused(struct call *call, const char *nick)
{
	const char *refusal = newcomers_may_not_rename(call);

	if (refusal)
		reply(call, ERR_NICKNAMERESERVED, nick, refusal);
	return refusal;
}

static void run(struct call *call)
{
	const char *given = call->params[0];
	CLEANUP(mem_freep)
	char *nick = given ? name_normalise(call->world->casemap, given) : NULL;

	if (refuse_nick(call, nick))
		return;
	if (call->user) {
		if (!is_muted_change(call) && !newcomer_is_refused(call, nick) &&
			!nick_change_refused(call, nick) && !filters_refuse_nick(call, nick))
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
