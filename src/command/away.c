/* Owns AWAY. Modern IRC, "AWAY message"; IRCv3 away-notify, pre-away. */
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/reply.h"
#include "world/caps.h"
#include "world/fanout.h"
#include "world/monitor.h"
#include "world/session.h"
#include "world/user.h"

static void tell_neighbours(struct call *call)
{
	struct fanout fanout;

	if (call->user->away)
		fanout_begin(&fanout, call->world, call->outbox, ":%s AWAY :%s", call->user->source,
			call->user->away);
	else
		fanout_begin(&fanout, call->world, call->outbox, ":%s AWAY", call->user->source);
	fanout_from(&fanout, call->user);
	fanout.needs = CAP_AWAY_NOTIFY;
	monitor_to_observers(&fanout, call->user);
	fanout_end(&fanout);
}

/* Before registration nobody sees it yet. IRCv3 pre-away. */
static void set(struct call *call, const char *reason)
{
	bool was_away;

	if (!call->user) {
		mem_set_text(&call->session->registration->away, reason);
		return;
	}
	was_away = call->user->away;
	user_set_away(call->user, reason);
	if (reason || was_away)
		tell_neighbours(call);
}

static void run(struct call *call)
{
	const char *given = call->n_params ? call->params[0] : "";
	CLEANUP(mem_freep)
	char *reason = mem_text_n(
		given, text_cut_utf8(given, strlen(given), call->world->settings->away_length));

	set(call, *reason ? reason : NULL);
	if (*reason)
		reply(call, RPL_NOWAWAY);
	else
		reply(call, RPL_UNAWAY);
}

const struct command command_away = {
	.name = "AWAY",
	.cost = 1,
	.early_cap = CAP_PRE_AWAY,
	.run = run,
	.usage = "[<reason>]",
	.help = "Says that you are away, to everybody who writes to you; without a reason, that "
		"you are back.",
};
