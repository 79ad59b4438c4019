/* Owns GHOST and RECLAIM of NickServ: a user of one's nick leaves, or gives it back. */
#include "action/closing.h"
#include "action/lookup.h"
#include "action/nick_change.h"
#include "action/nick_release.h"
#include "action/reserved_name.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "bots/bots.h"
#include "bots/voice.h"
#include "proto/name_syntax.h"
#include "world/accounts.h"
#include "world/naming.h"
#include "world/user.h"

static bool is_own_login(const struct errand *errand, const struct user *user)
{
	return account_of_user(errand->call->world, user) == errand->account;
}

/* A nick of the account, or a user who is logged in to it under another one. */
static bool may_disconnect(const struct errand *errand, const struct user *user)
{
	return account_find_owner(errand->call->world, user->nick) == errand->account ||
	       is_own_login(errand, user);
}

static void disconnect_user(struct errand *errand, struct user *user)
{
	struct call *call = errand->call;
	CLEANUP(buffer_done) struct buffer reason = { 0 };

	bot_say(errand, "%s is disconnected.", user->nick);
	buffer_format(&reason, "Disconnected by %s, to whose account the nickname belongs",
		call->user->nick);
	close_user(call->world, call->outbox, user, buffer_text(&reason));
}

static void run_ghost(struct errand *errand)
{
	struct call *call = errand->call;
	struct user *user = user_find(call->world, errand->params[0]);

	if (!user)
		bot_say(errand, "No user has the nickname %s.", lookup_word(errand->params[0]));
	else if (user == call->user || !may_disconnect(errand, user))
		bot_say(errand, "%s is you, or the nickname does not belong to your account.",
			user->nick);
	else
		disconnect_user(errand, user);
}

NICKSERV(ghost) = {
	.name = "GHOST",
	.min_params = 1,
	.max_params = 1,
	.cost = 2,
	.flags = SUBCOMMAND_NEEDS_ACCOUNTS | SUBCOMMAND_NEEDS_LOGIN,
	.run = run_ghost,
	.usage = "<nick>",
	.help = "Disconnects a user who has a nickname of your account, or is logged in to it.",
};

/* A login of one's own is a connection that was lost; anybody else goes on as a guest. */
static void free_nick(struct errand *errand, const char *nick)
{
	struct call *call = errand->call;
	const struct user *found = naming_find_other(call->world, call->user, nick);
	struct user *user = found ? user_find(call->world, found->nick) : NULL;

	if (user && is_own_login(errand, user))
		disconnect_user(errand, user);
	else if (user)
		nick_release(call->world, call->outbox, user);
}

static void run_reclaim(struct errand *errand)
{
	struct call *call = errand->call;
	CLEANUP(mem_freep)
	char *nick = name_normalise(call->world->casemap, errand->params[0]);
	const char *reserved;

	if (account_find_owner(call->world, nick) != errand->account) {
		bot_say(errand, "%s is no nickname of your account.", lookup_word(nick));
		return;
	}
	if (!nick_is_valid(call->world->casemap, nick, call->world->settings->nick_length)) {
		bot_say(errand, "%s is no valid nickname here any more.", lookup_word(nick));
		return;
	}
	reserved = reserved_name_reason(call, BAN_KIND_NICK, nick);
	if (reserved) {
		bot_say(errand, "%s is reserved: %s", lookup_word(nick), reserved);
		return;
	}
	if (nick_change_refused(call, nick))
		return;
	free_nick(errand, nick);
	nick_change(call, nick);
	bot_say(errand, "%s is your nickname now.", nick);
}

NICKSERV(reclaim) = {
	.name = "RECLAIM",
	.min_params = 1,
	.max_params = 1,
	.cost = 3,
	.flags = SUBCOMMAND_NEEDS_ACCOUNTS | SUBCOMMAND_NEEDS_LOGIN,
	.run = run_reclaim,
	.usage = "<nick>",
	.help = "Gives you a nickname of your account. A user who has it becomes a guest; if that "
		"is you, in another client, it is disconnected.",
};

NICKSERV(regain) = {
	.name = "REGAIN",
	.min_params = 1,
	.max_params = 1,
	.cost = 3,
	.flags = SUBCOMMAND_NEEDS_ACCOUNTS | SUBCOMMAND_NEEDS_LOGIN,
	.run = run_reclaim,
	.usage = "<nick>",
	.help = "The same as RECLAIM.",
};
