/* Owns SESSIONS of NickServ: the users that are logged in to an account. */
#include "base/date.h"
#include "bots/bots.h"
#include "bots/voice.h"
#include "world/accounts.h"
#include "world/session.h"
#include "world/user.h"

static void say_session(struct errand *errand, const struct session *session)
{
	const struct world *world = errand->call->world;
	uint64_t age_ms = world->now_ms - session->connected_ms;
	char address[ADDRESS_TEXT_BYTES], date[DATE_BYTES];

	address_format(&session->address, address);
	date_format_plain(world->wall_ms - age_ms, date);
	bot_say(errand, "%s from %s, connected since %s%s", session->user->nick, address, date,
		session == errand->call->session ? " (you)" : "");
}

static void run_sessions(struct errand *errand)
{
	const struct world *world = errand->call->world;
	const struct session *session;
	const struct user *user;

	ORDERED_EACH (user, &world->users) {
		if (account_of_user(world, user) != errand->account)
			continue;
		LIST_EACH (session, &user->sessions, in_user)
			say_session(errand, session);
	}
	bot_say(errand, "End of the list.");
}

NICKSERV(sessions) = {
	.name = "SESSIONS",
	.max_params = 1,
	.cost = 5,
	.flags = SUBCOMMAND_NEEDS_ACCOUNTS | SUBCOMMAND_NEEDS_LOGIN,
	.run = run_sessions,
	.usage = "",
	.help = "Lists the users that are logged in to your account: nickname, address and since "
		"when they "
		"are connected.",
};
