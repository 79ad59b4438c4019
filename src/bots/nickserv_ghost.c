/* Owns GHOST of NickServ: who uses a nick of one's account has to leave. */
#include "action/closing.h"
#include "action/lookup.h"
#include "base/cleanup.h"
#include "bots/bots.h"
#include "bots/voice.h"
#include "world/accounts.h"
#include "world/user.h"

/* A nick of the account, or a user who is logged in to it under another one. */
static bool may_disconnect(const struct errand *errand, const struct user *user)
{
	const struct world *world = errand->call->world;

	return account_find_owner(world, user->nick) == errand->account ||
	       account_of_user(world, user) == errand->account;
}

static void run_ghost(struct errand *errand)
{
	struct call *call = errand->call;
	struct user *user = user_find(call->world, errand->params[0]);
	CLEANUP(buffer_done) struct buffer reason = { 0 };

	if (!user) {
		bot_say(errand, "No user has the nickname %s.", lookup_word(errand->params[0]));
		return;
	}
	if (user == call->user || !may_disconnect(errand, user)) {
		bot_say(errand, "%s is you, or the nickname does not belong to your account.",
			user->nick);
		return;
	}
	bot_say(errand, "%s is disconnected.", user->nick);
	buffer_format(&reason, "Disconnected by %s, to whose account the nickname belongs",
		call->user->nick);
	close_user(call->world, call->outbox, user, buffer_text(&reason));
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
