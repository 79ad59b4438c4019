/* Owns RESTART. RFC 2812 4.4. */
#include "command/restart.h"

#include "action/lookup.h"
#include "action/notices.h"
#include "action/reply.h"
#include "base/text.h"
#include "command/commands.h"
#include "world/operating.h"
#include "world/user.h"

void restart_failed(struct world *world, struct outbox *outbox, const struct event *event)
{
	notice_failure(world, outbox, event, "The restart failed, and the server continues");
}

/* The server's name is required as confirmation, because a restart delays all clients. */
static void run(struct call *call)
{
	if (!text_equals_ignoring_case(call->params[0], call->world->settings->server_name)) {
		reply(call, ERR_NOSUCHSERVER, lookup_word(call->params[0]));
		return;
	}
	outbox_log(call->outbox, LOGBOOK_RESTART, "NICK", call->user->nick, "OPERATOR",
		session_operator(call->session));
	notice_operators(call->world, call->outbox, NOTICE_KIND_SERVER,
		"%s {%s} restarts the server", call->user->source, session_operator(call->session));
	outbox_add(call->outbox, EFFECT_RESTART, call->session->id);
}

COMMAND(restart) = {
	.name = "RESTART",
	.min_params = 1,
	.cost = 5,
	.privilege = "restart",
	.reach = COMMAND_REACH_WORLD,
	.run = run,
	.papoctl = "(systemctl restart papod; no client notices)",
	.usage = "<this server's name>",
	.help = "Stops the server and starts it again. No client is disconnected.",
};
