/* Owns LOGOUT of NickServ. */
#include "action/account.h"
#include "action/closing.h"
#include "bots/bots.h"
#include "bots/voice.h"
#include "world/user.h"

static void run_logout(struct errand *errand)
{
	if (!errand->call->user->account) {
		bot_say(errand, "You are not logged in.");
		return;
	}
	if (login_is_required(errand->call->world, errand->call->session)) {
		bot_say(errand, "You need an account here. Disconnect instead: QUIT.");
		return;
	}
	close_others(errand->call->world, errand->call->outbox, errand->call->session,
		"Another client of this nickname has logged out");
	login_leave(errand->call);
}

NICKSERV(logout) = {
	.name = "LOGOUT",
	.cost = 1,
	.run = run_logout,
	.usage = "",
	.help = "Logs you out of your account. Other clients that share your nickname "
		"are disconnected.",
};
