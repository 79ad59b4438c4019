/* Owns AWAY. Modern IRC, "AWAY message"; IRCv3 away-notify, pre-away. */
#include <stdlib.h>
#include <string.h>

#include "action/filtering.h"
#include "action/going_away.h"
#include "action/remark.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/commands.h"
#include "world/caps.h"
#include "world/session.h"
#include "world/user.h"

/* Before registration the text waits, as no one sees the client. IRCv3 pre-away. A client that is
 * not there does not change what the user has said with another one. */
static void set_away(struct call *call, const char *reason)
{
	bool is_absent = reason && strcmp(reason, "*") == 0;

	if (!call->user) {
		mem_set_text(&call->session->registration->away, reason);
		return;
	}
	session_set_absent(call->session, is_absent);
	if (!is_absent)
		away_change(call->world, call->outbox, call->user, reason);
	away_follow(call->world, call->outbox, call->user);
}

/* The other clients of the user, who did not ask. */
static void tell_other_clients(const struct call *call)
{
	struct session *session;

	if (!call->user || !session_has_others(call->session) ||
		session_extras(call->session)->is_absent)
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

/* Takes ownership, and gives it to the caller. */
static char *filter_away(struct call *call, char *reason)
{
	char *rest = filtering_rest(call, FILTER_PLACE_AWAY, reason);

	free(reason);
	return rest ? rest : mem_text(AWAY_UNSAID);
}

static void run(struct call *call)
{
	const char *given = call->n_params ? call->params[0] : "";
	CLEANUP(mem_freep)
	char *reason = mem_text_n(
		given, text_cut_utf8(given, strlen(given), call->world->settings->away_length));

	/* A refused text leaves the user away, without it. */
	if (*reason)
		reason = filter_away(call, TAKE(reason));
	if (call->session->is_closing)
		return;
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
