/* Owns SAJOIN, SAPART and SANICK: operators act for other users. No standard has them; operators
 * know them from other servers. */
#include "command/sa_commands.h"

#include "action/auditing.h"
#include "action/lookup.h"
#include "action/nick_change.h"
#include "action/notices.h"
#include "action/reply.h"
#include "action/staying.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "command/commands.h"
#include "command/join.h"
#include "command/part.h"
#include "proto/name_syntax.h"
#include "world/naming.h"
#include "world/operating.h"
#include "world/services.h"
#include "world/session.h"
#include "world/user.h"

void sa_commands_report(const struct call *call)
{
	CLEANUP(buffer_done) struct buffer words = { 0 };
	int n_params = auditing_count_params(call);

	for (int i = 0; i < n_params; i++)
		buffer_format(&words, "%s%s", i ? " " : "", call->params[i]);
	outbox_log(call->outbox, LOGBOOK_FORCED, "NICK", call->user->nick, "OPERATOR",
		session_operator(call->session), "COMMAND", call->command->name, "PARAMETERS",
		words.bytes);
	notice_operators(call->world, call->outbox, NOTICE_KIND_OPERATOR, "%s {%s} used %s %s",
		call->user->source, session_operator(call->session), call->command->name,
		words.bytes);
}

/* A call of that user instead of the operator. */
static struct call in_the_name_of(const struct call *call, struct user *user)
{
	struct call other = *call;

	other.user = user;
	other.session = list_is_empty(&user->sessions)
				? NULL
				: LIST_FIRST(&user->sessions, struct session, in_user);
	return other;
}

static void run_sajoin(struct call *call)
{
	struct user *user = lookup_user(call, call->params[0]);
	CLEANUP(mem_freep)
	char *name = name_normalise(call->world->casemap, call->params[1]);
	const struct channel *channel = user ? channel_find(call->world, name) : NULL;
	struct call other;

	if (!user)
		return;
	if (channel && user_find_member(user, channel)) {
		reply(call, ERR_USERONCHANNEL, user->nick, channel->name);
	} else if (!channel && !channel_name_is_valid(call->world->casemap, name,
				       call->world->settings->channel_length)) {
		reply(call, ERR_BADCHANMASK, lookup_word(name));
	} else {
		sa_commands_report(call);
		other = in_the_name_of(call, user);
		join_anyway(&other, name);
	}
}

static void run_sapart(struct call *call)
{
	struct user *user = lookup_user(call, call->params[0]);
	const struct channel *channel = user ? channel_find(call->world, call->params[1]) : NULL;
	struct member *member = channel ? user_find_member(user, channel) : NULL;
	struct call other;

	if (!user)
		return;
	if (!channel) {
		reply(call, ERR_NOSUCHCHANNEL, lookup_word(call->params[1]));
	} else if (!member) {
		reply(call, ERR_USERNOTINCHANNEL, user->nick, channel->name);
	} else {
		sa_commands_report(call);
		other = in_the_name_of(call, user);
		part_with(&other, member, lookup_reason(call, 2)); /* the operator's reason */
	}
}

static void run_sanick(struct call *call)
{
	struct user *user = lookup_user(call, call->params[0]);
	CLEANUP(mem_freep)
	char *nick = name_normalise(call->world->casemap, call->params[1]);
	struct call other;

	if (!user)
		return;
	if (!nick_is_valid(call->world->casemap, nick, call->world->settings->nick_length)) {
		reply(call, ERR_ERRONEUSNICKNAME, lookup_word(nick));
		return;
	}
	if (naming_find_other(call->world, user, nick) || services_own_nick(call->world, nick)) {
		reply(call, ERR_NICKNAMEINUSE, nick);
		return;
	}
	sa_commands_report(call);
	other = in_the_name_of(call, user);
	nick_change(&other, nick);
	if (user->account_id) /* 0 would be all */
		staying_review(call->world, call->outbox, user->account_id);
}

COMMAND(sajoin) = {
	.name = "SAJOIN",
	.min_params = 2,
	.cost = 1,
	.privilege = "force",
	.reach = COMMAND_REACH_WORLD,
	.run = run_sajoin,
	.papoctl = "force join",
	.usage = "<nick> <channel>",
	.help = "Makes a user join a channel, regardless of its modes and limits.",
};

COMMAND(sapart) = {
	.name = "SAPART",
	.min_params = 2,
	.cost = 1,
	.privilege = "force",
	.reach = COMMAND_REACH_WORLD,
	.run = run_sapart,
	.papoctl = "force part",
	.usage = "<nick> <channel> [<reason>]",
	.help = "Makes a user leave a channel.",
};

COMMAND(sanick) = {
	.name = "SANICK",
	.min_params = 2,
	.cost = 1,
	.privilege = "force",
	.reach = COMMAND_REACH_WORLD,
	.run = run_sanick,
	.papoctl = "force nick",
	.usage = "<nick> <new nick>",
	.help = "Gives a user another nickname, even one that RESV reserves.",
};
