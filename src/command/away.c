/* Owns AWAY. Modern IRC, "AWAY message"; IRCv3 away-notify, pre-away. */
#include <string.h>

#include "action/remark.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/commands.h"
#include "world/caps.h"
#include "world/fanout.h"
#include "world/monitor_reach.h"
#include "world/session.h"
#include "world/user.h"

static void begin_away_line(struct fanout *fanout, struct call *call, const char *text)
{
	fanout_begin(fanout, call->world, call->outbox, ":%s AWAY :%s", call->user->source,
		text ? text : AWAY_UNSAID);
	fanout_from(fanout, call->user);
	fanout->needs = CAP_AWAY_NOTIFY;
}

static void tell_of_going(struct call *call)
{
	struct fanout fanout;

	remark_to_neighbours(call, call->user->away, true, begin_away_line);
	if (!monitor_has_watchers(call->world, call->user->nick))
		return;
	begin_away_line(&fanout, call, call->user->away);
	monitor_to_strangers(&fanout, call->user);
	fanout_end(&fanout);
}

static void tell_of_return(struct call *call)
{
	struct fanout fanout;

	fanout_begin(&fanout, call->world, call->outbox, ":%s AWAY", call->user->source);
	fanout_from(&fanout, call->user);
	fanout.needs = CAP_AWAY_NOTIFY;
	monitor_to_observers(&fanout, call->user);
	fanout_end(&fanout);
}

/* Before registration the text waits, as no one sees the client. IRCv3 pre-away. */
static void set_away(struct call *call, const char *reason)
{
	bool was_away;

	if (!call->user) {
		mem_set_text(&call->session->registration->away, reason);
		return;
	}
	was_away = call->user->away;
	user_set_away(call->user, reason);
	if (reason)
		tell_of_going(call);
	else if (was_away)
		tell_of_return(call);
}

/* The other clients of the user, who did not ask. */
static void tell_other_clients(const struct call *call)
{
	struct session *session;

	if (!call->user || !session_has_others(call->session))
		return;
	LIST_EACH (session, &call->user->sessions, in_user) {
		struct call other = {
			.world = call->world, .outbox = call->outbox, .session = session
		};

		if (session == call->session)
			continue;
		if (call->user->away)
			reply(&other, RPL_NOWAWAY);
		else
			reply(&other, RPL_UNAWAY);
	}
}

static void run(struct call *call)
{
	const char *given = call->n_params ? call->params[0] : "";
	CLEANUP(mem_freep)
	char *reason = mem_text_n(
		given, text_cut_utf8(given, strlen(given), call->world->settings->away_length));

	set_away(call, *reason ? reason : NULL);
	if (*reason)
		reply(call, RPL_NOWAWAY);
	else
		reply(call, RPL_UNAWAY);
	tell_other_clients(call);
}

COMMAND(away) = {
	.name = "AWAY",
	.cost = 1,
	.early_cap = CAP_PRE_AWAY,
	.reach = COMMAND_REACH_WORLD,
	.run = run,
	.usage = "[<reason>]",
	.help = "Marks you as away: everybody who writes to you receives the reason. Without a "
		"reason, marks you as back.",
};
